/** The vessel page's island: the speed chart, fetched and drawn when it is asked for. */
const button = document.querySelector<HTMLButtonElement>("#speed-button");
const box = document.querySelector<HTMLElement>("#speed");

interface Answer {
  rows: { t_ms: number; sog_i: number | null }[];
  next: string | null;
}

button?.addEventListener("click", () => void show());

async function show(): Promise<void> {
  if (!button || !box) return;
  button.disabled = true;
  button.textContent = "Fetching the positions …";
  try {
    const rows = await fetchAll(button.dataset["url"]!);
    const { drawSpeed } = await import("./speed.ts");
    drawSpeed(box, rows);
    button.parentElement?.remove();
  } catch {
    button.disabled = false;
    button.textContent = "It could not be fetched; try again";
  }
}

async function fetchAll(first: string): Promise<Answer["rows"]> {
  const rows: Answer["rows"] = [];
  for (let url: string | null = first; url; ) {
    const response: Response = await fetch(url);
    if (!response.ok) throw new Error(`positions: status ${response.status}`);
    const answer = (await response.json()) as Answer;
    rows.push(...answer.rows);
    url = answer.next;
  }
  return rows;
}

export {};
