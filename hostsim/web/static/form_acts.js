// What a press in a form does: it asks first where that is wanted, then calls the add-in, and starts a run or settles what came of it.
// @ts-check
/** @import {ActResult, Action, AskedText, Cell, Picked, Problem} from "./types.d.ts" */
/** @import {Form} from "./form.js" */
import { formPath, post } from "./api.js";
import { ask, enter, tell } from "./dialog.js";
import { waiting } from "./waits.js";

export class FormActs {
  /** What was pressed last and has not ended yet, but for runs. @type {Promise<void> | null} */
  acting = null;

  /** @param {Form} form */
  constructor(form) {
    this.form = form;
  }

  /** Carries out what was picked when it was asked for: rows that come in meanwhile stand at other places. @param {Action} action @param {Picked} [picked] @param {Record<string, Cell>} edits */
  async perform(action, picked = this.form.panel?.selection, edits = this.form.panel?.edits.values ?? {}) {
    const label = action.label ?? "";
    const rows = picked?.ranges?.reduce((sum, [start, stop]) => sum + stop - start, 0) ?? this.form.count;
    if (action.confirm && (await ask(label, action.confirm.replace("{n}", rows.toLocaleString("en")), [label, "Cancel"])) !== label) return;
    const ended = this.#carryOut(action, picked, edits);
    if (action.kind !== "run") this.acting = ended;
    await ended;
    if (this.acting === ended) this.acting = null;
  }

  /** @param {Action} action @param {Picked | undefined} picked @param {Record<string, Cell>} edits */
  async #carryOut(action, picked, edits) {
    const run = action.kind === "run";
    const body = { action: action.id, answer: this.form.answer, edits, ...picked };
    const sent = JSON.stringify(this.form.answer);
    if (run && this.form.over) this.form.say(null); // what was said of the run before
    this.form.running(true, run);
    try {
      const result = await waiting(post(formPath(this.form.id, run ? "run" : "act"), body));
      if (run && this.form.panel) return void this.form.panel.follow(result);
      if (result.ask) return void (await this.#enter(action, result.ask, picked, edits));
      if (result.question) return void (await this.#answer(action, result, picked, edits));
      if (action.primary && !result.rejected) this.form.saved = sent; // before the rest is drawn: it may be closed meanwhile; what was changed since the press is not saved
      if (!run) await this.form.settle(result);
    } catch (failure) {
      const problem = /** @type {Problem} */ (failure);
      if (problem.running) return void this.#join(problem.message);
      if (problem.gone) this.form.panel?.load();
      tell(problem);
    }
    this.form.running(false);
  }

  /** Asks what the action asks, and answered yes does it. @param {Action} action @param {ActResult} result @param {Picked | undefined} picked @param {Record<string, Cell>} edits */
  async #answer(action, result, picked, edits) {
    this.form.running(false);
    const label = action.label ?? "Yes";
    if ((await ask(label, result.question ?? "", [label, "Cancel"])) === label) await this.perform({ ...action, confirm: undefined }, picked, { ...edits, ...result.edits });
  }

  /** Asks for the value that an action needs, and calls it again with it. @param {Action} action @param {AskedText} asked @param {Picked | undefined} picked @param {Record<string, Cell>} edits */
  async #enter(action, asked, picked, edits) {
    this.form.running(false);
    const entered = await enter(asked.label, asked);
    if (entered === null) return;
    const row = /** @type {Cell} */ (edits[asked.row] ?? {});
    await this.perform({ ...action, confirm: undefined }, picked, { ...edits, [asked.row]: { ...row, [asked.key]: entered } });
  }

  /** Somebody else was first: their run is shown instead, as on opening the form again. @param {string} words */
  async #join(words) {
    await this.form.again();
    if (this.form.description.running) this.form.say({ text: words, level: "info" });
    else this.form.running(false);
  }
}
