/** What a report may load: nothing but its own style and pictures in the file. Apart, as the charts take long to load. */
export const REPORT_CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
