// The shapes that the host sends to its pages and takes from them; docs/writing-a-host.md describes those of forms.

export type Level = "info" | "warning" | "error";
export type Value = string | number | boolean | null | Option | undefined;
export type Answer = Record<string, any>; // values of fields by name, `token` and `search`
export type Cell = Record<string, string | boolean>; // what was chosen in one row, by column
export type Range = [number, number]; // half-open, of places
/** Rows picked in a list, as a call names them. */
export type Picked = { snapshot: string | null; ranges: Range[] };
export type Kept = { picked: Set<string | undefined>; here: string | undefined }; // ids of the rows selected, and of the one a person is on
export type Why = string; // a reason why something is shut; empty when it is not

export interface Option {
  value: string;
  label: string;
}

export interface FormRequest {
  selection?: string[] | null;
  answer?: Answer | null;
}

export interface FormLink {
  label: string;
  form?: string;
  request?: FormRequest;
  answer?: Answer;
}

export type FactType = "text" | "money" | "date" | "moment";

export interface SectionLink {
  label: string;
  record?: string; // of the host
  form?: string;
  request?: FormRequest;
  url?: string;
}

export interface Fact {
  label: string;
  value: string;
  type?: FactType;
  links?: SectionLink[];
}

export interface SectionColumn {
  key: string;
  label: string;
  type?: FactType;
}

export interface SectionRow {
  cells: Record<string, string>;
  links?: SectionLink[];
}

export interface Section {
  title: string;
  facts: Fact[];
  columns?: SectionColumn[];
  rows?: SectionRow[];
  empty?: string;
  note?: string;
  problem?: string; // why it could not be read
}

export interface Field {
  name: string;
  label: string;
  type: "date" | "boolean" | "choice" | "text" | "secret";
  help?: string;
  choices?: Option[];
  style?: "radio";
  search?: string;
  group?: string;
  refilters?: boolean;
  required?: boolean;
  applies_to?: string;
  disabled?: string;
  row?: string; // fields of a group that name row and column stand in one table
  column?: string;
  row_head?: string; // of the table's first column
}

export interface Column {
  key: string;
  label: string;
  type: "text" | "date" | "money" | "number" | "choice" | "outcome";
  width: number;
  sortable?: boolean; // the form itself sorts by it; the host by every other
  optional?: boolean; // shown when a person chooses it
  when?: Record<string, string>; // shown while the answer has these values
  chosen?: number; // pixels that a person gave it
  choices?: Option[];
  search?: string;
  act?: string;
}

export interface Action {
  id: string;
  label?: string;
  kind: "run" | "act";
  needs?: "selection" | "nothing";
  right?: string;
  tooltip?: string;
  primary?: boolean;
  confirm?: string;
  disabled?: string | null;
}

export interface ChartSeries {
  label: string;
  values: string[];
}

export interface Chart {
  title: string;
  labels: string[];
  series: ChartSeries[];
  marked: boolean[];
}

export interface Notice {
  text: string;
  level?: Level;
  link?: FormLink | null;
  chart?: Chart;
}

export interface Empty {
  text: string;
  link?: FormLink | null;
}

export interface Item {
  label: string;
  items?: Item[];
  form?: string;
  page?: string;
  command?: string;
  index?: number;
  action?: Action;
  disabled?: string | null;
}

export interface Description {
  id: string;
  title: string;
  subtitle: string;
  fields: Field[];
  answer: Answer;
  columns: Column[] | null;
  actions: Action[];
  row_actions: Action[];
  context: Item[];
  notice: Notice | null;
  reopens?: boolean;
  token: string;
  search?: boolean;
  warning?: { title: string; text: string } | null;
  unavailable?: Empty | null;
  leads_to?: FormLink | null;
  empty?: Empty | null;
  light?: Light;
  notes?: WindowNote[];
  select_all?: boolean;
  help?: string;
  help_url?: string; // the host's address of that page
  running: Task | null;
  dates?: string; // how people write dates
  record?: string; // of the host's own form that shows a record
  sections?: Section[];
}

export interface Light {
  level: "good" | "waiting" | "bad" | "off";
  label: string;
  text: string;
}

export interface WindowNote {
  id: string;
  title: string;
  text: string;
  level: "info" | "warning" | "error";
  links: FormLink[];
}

export interface Fix {
  label: string;
  form?: string;
  request?: FormRequest;
  act?: string;
  run?: string;
  edit?: Cell;
  confirm?: string;
}

export interface RowChange {
  id: string;
  outcome?: string;
  message?: string;
  details?: string;
  fixes?: Fix[];
  cells?: Record<string, any>;
}

export interface Row extends RowChange {
  outcome: string;
  message: string;
  title: string;
  selectable: boolean;
  cells: Record<string, any>;
}

export interface Reason {
  text: string;
  count: number;
  fix: Fix | null;
}

export interface Sort {
  key: string;
  descending?: boolean;
}

export interface GridState {
  token: string | null;
  count: number;
  total: string;
  rows: Row[];
  empty?: Empty | null;
  notice?: Notice | null;
  rejected?: undefined;
}

export interface RejectedState {
  rejected: Record<string, string>;
  notice?: Notice;
}

export interface AskedText {
  row: string;
  key: string;
  label: string;
  value: string;
  type: "text" | "lines" | "money" | "date";
  text: string;
  longest?: number;
}

export interface ActResult {
  dates?: string; // how people write dates, where the action has changed it
  notice?: string;
  level?: Level;
  rejected?: Record<string, string>;
  rows?: RowChange[];
  reload?: boolean;
  open_url?: string;
  save?: string;
  form?: string;
  request?: FormRequest;
  ask?: AskedText;
  question?: string;
  edits?: Record<string, Cell>;
}

export interface RunSummary extends ActResult {
  counts?: Record<string, number>;
  text?: string;
}

export interface Measure {
  done: number;
  total: number;
  left: number | null;
}

export interface Task {
  task: string;
  form: string;
  state: string;
  snapshot: string;
  progress: Measure;
  rows: RowChange[];
  notice?: string;
  summary?: RunSummary;
  cancelled?: boolean;
}

export interface TaskChange {
  task?: string;
  rows: RowChange[];
  progress?: Measure;
  notice?: string;
  state?: string;
  summary?: RunSummary;
  cancelled?: boolean;
  lost?: boolean;
}

export interface Changes {
  tasks: TaskChange[];
  others: object[];
  waiting?: string; // why requests of forms take longer
  lost?: boolean;
}

// A failed call: the sentence, and what the host says beside it.
export interface Problem extends Error {
  status?: number;
  details?: string;
  running?: boolean;
  gone?: boolean;
}


// What a panel tells the form or page around it.
export interface PanelEvents {
  open(form: string, body: object): unknown;
  perform(action: Action, ranges?: Range[], edits?: Record<string, Cell>): unknown;
  called(result: ActResult): unknown;
  rejected(answer: RejectedState): unknown;
  rows(state: GridState): unknown;
  selected(count: number): unknown;
  ended(summary: RunSummary): unknown;
  follow(link: FormLink): unknown;
  unfinished(): boolean;
}

// What a run's feed tells the panel that follows it.
export interface RunFeedEvents {
  changed(rows: RowChange[]): unknown;
  rows(rows: RowChange[]): unknown;
  progress(measure: Measure): unknown;
  notice(text: string): unknown;
  ended(change: TaskChange, summary: RunSummary): unknown;
}

// What the line under a grid tells the panel.
export interface FootEvents {
  columns(): unknown;
  save(kind: string): unknown;
  print(): unknown;
}

// What a grid tells the panel around it.
export interface GridEvents {
  page(start: number, stop: number): Promise<Row[]>;
  selected(): unknown;
  focused(row: Row | undefined): unknown;
  sorted(key: string): unknown;
  resized(key: string, width: number, done: boolean): unknown;
  widened(key: string, width: number, step: number): unknown;
  moved(key: string, to: string): unknown;
  stepped(key: string, step: number): unknown;
  menu(box: DOMRect): unknown;
  edit(row: Row, column: Column, cell: Element): unknown;
  opened(row: Row): unknown;
}
