// Which rows are selected, as half-open ranges of places: a million rows are one pair of numbers.
export class Selection {
  ranges = [];

  has(place) {
    return this.ranges.some(([start, stop]) => place >= start && place < stop);
  }

  get count() {
    return this.ranges.reduce((sum, [start, stop]) => sum + stop - start, 0);
  }

  only(start, stop) {
    this.ranges = stop > start ? [[start, stop]] : [];
  }

  add(start, stop) {
    this.remove(start, stop);
    const all = [...this.ranges, [start, stop]].sort((a, b) => a[0] - b[0]);
    this.ranges = [];
    for (const range of all) {
      const before = this.ranges.at(-1);
      if (before && before[1] === range[0]) before[1] = range[1];
      else this.ranges.push([...range]);
    }
  }

  remove(start, stop) {
    this.ranges = this.ranges.flatMap(([from, to]) => [[from, Math.min(to, start)], [Math.max(from, stop), to]].filter(([a, b]) => a < b));
  }

  toggle(place) {
    this.has(place) ? this.remove(place, place + 1) : this.add(place, place + 1);
  }
}
