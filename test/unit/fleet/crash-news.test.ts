import { describe, expect, it } from 'vitest';
import { CrashNews } from '../../../src/fleet/crash-news.ts';
import { systemClock } from '../../../src/platform/clock.ts';

const crash = (targetId: string, status: string, errorCode: number) => ({ targetId, status, errorCode });

describe('the news of crashed pages', () => {
  it('tells each of two pages that crash in the same moment its own cause, whichever is asked about first', async () => {
    const news = new CrashNews(systemClock);
    news.tell(crash('first', 'oom', 9));
    news.tell(crash('second', 'crashed', 11));
    expect(await news.of('first')).toEqual({ status: 'oom', errorCode: 9 });
    expect(await news.of('second')).toEqual({ status: 'crashed', errorCode: 11 });
  });

  it('waits for what is told a moment later, and does not take the crash of another page for it', async () => {
    const news = new CrashNews(systemClock);
    news.tell(crash('another', 'oom', 9));
    const asked = news.of('mine');
    news.tell(crash('mine', 'killed', 9));
    expect(await asked).toEqual({ status: 'killed', errorCode: 9 });
    expect(await news.of('never told')).toBeUndefined();
  });

  it('forgets what nobody asks about', async () => {
    const news = new CrashNews(systemClock);
    for (let frame = 0; frame < 100; frame++) news.tell(crash(`frame ${frame}`, 'crashed', 11));
    expect(await news.of('frame 99')).toBeDefined();
    expect(await news.of('frame 0')).toBeUndefined();
  });
});
