const FIGURE = /\d+(?:[.,]\d+)*/g;

/** Figures as they stand in a text. A text of a model may only hold those of its data. */
export function figuresIn(text: string): string[] {
  return text.match(FIGURE) ?? [];
}

/** Whether a text leads elsewhere or holds markup: then it would be the model's own idea, or the page's. */
export function pointsElsewhere(text: string): boolean {
  return /https?:|www\.|[<>]/i.test(text);
}
