import { z } from 'zod';

/** Half-open `[start, end)` UTF-16 offsets into `answer.text`: what `text.slice(start, end)` gives. */
export const charRangeSchema = z
  .tuple([z.int().nonnegative(), z.int().positive()])
  .refine(([start, end]) => start < end, 'a char range must not be empty')
  .meta({ id: 'CharRange' });

export interface ListItem {
  text: string;
  referenceIds: number[];
  ordered?: boolean | undefined;
  items?: ListItem[] | undefined;
}

export const listItemSchema: z.ZodType<ListItem> = z
  .strictObject({
    text: z.string(),
    referenceIds: z.array(z.int().positive()),
    ordered: z.boolean().optional().describe('of the nested items'),
    get items() {
      return z.array(listItemSchema).optional();
    },
  })
  .meta({ id: 'ListItem' });

export const BLOCK_TYPES = [
  'paragraph',
  'heading',
  'list',
  'table',
  'code',
  'quote',
  'image',
  'video',
  'product',
  'other',
] as const;

export const blockSchema = z
  .strictObject({
    type: z.enum(BLOCK_TYPES),
    text: z.string(),
    referenceIds: z.array(z.int().positive()),
    level: z.int().min(1).max(6).optional(),
    ordered: z.boolean().optional(),
    items: z.array(listItemSchema).optional(),
    rows: z.array(z.array(z.string())).optional().describe('first row is the header'),
    language: z.string().optional(),
    url: z.string().optional(),
  })
  .meta({ id: 'Block' });

export const answerSchema = z
  .strictObject({ text: z.string(), markdown: z.string(), blocks: z.array(blockSchema) })
  .meta({ id: 'Answer' });

export type CharRange = z.infer<typeof charRangeSchema>;
export type Block = z.infer<typeof blockSchema>;
export type Answer = z.infer<typeof answerSchema>;

/** The answer of a capture that shows none. */
export const EMPTY_ANSWER: Answer = { text: '', markdown: '', blocks: [] };
