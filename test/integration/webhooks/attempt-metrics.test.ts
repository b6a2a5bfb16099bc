import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMetrics } from '../../../src/platform/metrics.ts';
import { countDead } from '../../../src/webhooks/delivery-log.ts';
import { acknowledge, answering, type Receiver, startReceiver } from './receiver.ts';
import { openWebhookWorld, type WebhookWorld } from './webhook-world.ts';

const metrics = createMetrics();
let receiver: Receiver;
let world: WebhookWorld;
beforeAll(async () => {
  receiver = await startReceiver();
  world = await openWebhookWorld([receiver.hostPort], { metrics });
});
afterAll(async () => {
  await world?.close();
  await receiver?.close();
});

describe('attempts at deliveries', () => {
  it('are counted by what came of them, and the dead are counted', async () => {
    receiver.behave(acknowledge);
    await world.endOne({ url: receiver.url });
    await world.deliverDue();
    expect(await countDead(world.db)).toBe(0);
    receiver.behave(answering(410));
    await world.endOne({ url: receiver.url });
    await world.deliverDue();
    expect(await countDead(world.db)).toBe(1);
    const { body } = await metrics.text();
    expect(body).toContain('webhook_attempts_total{result="acknowledged"} 1');
    expect(body).toContain('webhook_attempts_total{result="gone"} 1');
  });
});
