/** Every page: partial updates by htmx, and forms that leave empty fields out of the address. */
import htmx from "htmx.org";

document.documentElement.classList.add("scripted");
htmx.config.history = false;

/** Keep an address short: a field that is empty, or holds what stands there anyway, is left out. */
function leaveOutEmpty(event: SubmitEvent): void {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method !== "get") return;
  for (const field of form.elements) {
    if ((field instanceof HTMLInputElement || field instanceof HTMLSelectElement) && field.value === "") {
      field.disabled = true;
    }
  }
}

document.addEventListener("submit", leaveOutEmpty);
// A page brought back by the browser's own history shows what its address says, not what was left.
window.addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll<HTMLInputElement | HTMLSelectElement>("form [disabled]")) {
    field.disabled = false;
  }
  for (const form of document.querySelectorAll<HTMLFormElement>("form.filters")) form.reset();
});

/** A link to a figure shows what stands behind it beside the table, and brings it into view. */
document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const link = (event.target as Element).closest<HTMLAnchorElement>("a.figure-link");
  const into = link?.closest<HTMLElement>("[data-into]")?.dataset["into"];
  if (!link || !into) return;
  event.preventDefault();
  void htmx.ajax("GET", link.href, { target: into }).then(() => {
    for (const other of document.querySelectorAll(".figure-link[aria-current]")) other.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    const box = document.querySelector<HTMLElement>(into)?.closest<HTMLElement>("aside");
    box?.scrollIntoView({ block: "nearest" });
    box?.querySelector<HTMLElement>(".big-figure")?.focus({ preventScroll: true });
  });
});
