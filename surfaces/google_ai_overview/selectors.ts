// google_search waits for the same block, so its marks live with what the Google surfaces share.
export { OVERVIEW_WATCH, SHOW_MORE } from '../google/overview-watch.ts';
