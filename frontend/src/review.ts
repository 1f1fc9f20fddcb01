// The queue of proposals by keyboard: one key moves on, one confirms, corrects or rejects.

const proposals = [...document.querySelectorAll<HTMLElement>("[data-proposal]")];

/** Show a proposal as the one that keys act on. */
function show(place: number): void {
  const one = proposals[Math.max(0, Math.min(place, proposals.length - 1))];
  one?.focus({ preventScroll: true });
  one?.scrollIntoView({ block: "center" });
}

document.addEventListener("keydown", (event) => {
  const typed = event.target instanceof HTMLElement && event.target.closest("input, select, textarea");
  if (typed || event.ctrlKey || event.metaKey || event.altKey) return;
  const at = proposals.findIndex((one) => one.contains(document.activeElement));
  if (event.key === "j") show(at + 1);
  else if (event.key === "k") show(at - 1);
  else proposals[at]?.querySelector<HTMLElement>(`[data-key="${CSS.escape(event.key)}"]`)?.click();
});

show(0);
