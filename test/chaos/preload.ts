import { chatgptStage } from '../../src/stage/surfaces/chatgpt.ts';
import { popupFlood } from './popup-flood.ts';
import './wrong-clock.ts';

// What a process of a chaos run loads before everything else.
const { scenes, plain } = chatgptStage;
const base = scenes[plain];
if (base !== undefined) Object.assign(scenes, { popups: popupFlood(base) });
