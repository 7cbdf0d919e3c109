// The berth board: pure functions from the plan to rows, and from rows to HTML.

/** One row a berth: the stay that is there at `at`, and the next to arrive. */
export function rows(berths, stays, at) {
  return berths.map((berth) => {
    const here = stays.filter((stay) => stay.berth === berth.name);
    const later = here
      .filter((stay) => new Date(stay.arrives) > at)
      .sort((a, b) => new Date(a.arrives) - new Date(b.arrives));
    const present = here.find(
      (stay) => new Date(stay.arrives) <= at && at < new Date(stay.leaves),
    );
    return { berth: berth.name, now: present ?? null, next: later[0] ?? null };
  });
}

/** The rows as the body of a table. */
export function render(rows) {
  return rows
    .map(({ berth, now, next }) => {
      const present = now ? `${escape(now.vessel.name)} until ${clock(now.leaves)}` : "free";
      const arrival = next ? `${escape(next.vessel.name)} at ${clock(next.arrives)}` : "";
      return `<tr><th>${escape(berth)}</th><td>${present}</td><td>${arrival}</td></tr>`;
    })
    .join("\n");
}

/** Day and time in UTC, as the harbour office speaks. */
export function clock(text) {
  return new Date(text).toISOString().slice(5, 16).replace("T", " ");
}

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Names come from outside: they are text, never markup. */
export function escape(text) {
  return String(text).replace(/[&<>"']/g, (char) => ENTITIES[char]);
}
