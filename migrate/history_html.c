/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page: one file without script, picture or style from elsewhere. What comes from
 * a disk passes through markup_text.
 */
#include "kmutil-helpers/markup.h"
#include "migrate/history.h"
#include "migrate/version.h"
#include "kmutil-helpers/banned.h"

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
    "style-src 'unsafe-inline'\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<title>kextirpate: history</title>\n<style>\n"
    ":root{color-scheme:light dark;--page:#f4f5f7;--card:#fff;--ink:#1d2129;--dim:#69707d;"
    "--line:#d9dde3;--band0:#f1f4f9;--band1:#e6ebf3;--bad:#c0262d;--wait:#9a6200;"
    "--good:#1a7f45;--back:#fbe3e2;--clear:#dcf1e3;--ours:#1f5fbf}\n"
    "@media(prefers-color-scheme:dark){:root{--page:#14161a;--card:#1d2026;--ink:#e8eaee;"
    "--dim:#9aa2af;--line:#343943;--band0:#252a32;--band1:#2d333d;--bad:#ff7b72;--wait:#e3b341;"
    "--good:#56d364;--back:#47262a;--clear:#1f3a2b;--ours:#79b0ff}}\n"
    "body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 -apple-system,"
    "BlinkMacSystemFont,\"Segoe UI\",Roboto,\"Helvetica Neue\",Arial,sans-serif}\n"
    "main{max-width:1180px;margin:0 auto;padding:28px 20px 40px}\n"
    "h1{font-size:24px;margin:0}h2{font-size:17px;margin:0;overflow-wrap:anywhere}\n"
    "h3{font-size:15px;margin:28px 0 8px}p{margin:4px 0}\n"
    ".dim{color:var(--dim)}.bad{color:var(--bad)}.wait{color:var(--wait)}"
    ".good{color:var(--good)}.ours{color:var(--ours)}\n"
    ".card{background:var(--card);border:1px solid var(--line);border-radius:12px;"
    "padding:18px 20px;margin:18px 0}\n"
    ".picture{margin-top:12px}svg{display:block;height:auto;max-width:100%;margin-bottom:10px;"
    "break-inside:avoid}\n"
    ".key{display:flex;flex-wrap:wrap;gap:6px 22px;margin:14px 0;padding:0;list-style:none}\n"
    ".key svg{display:inline-block;vertical-align:-4px;margin:0 7px 0 0}\n"
    "text{fill:var(--ink);font-size:13px;text-anchor:middle}text.place{text-anchor:end;"
    "fill:var(--dim)}text.macos{font-weight:600}text.event,text.date{"
    "fill:var(--dim);font-size:12px}text.standing{font-weight:600}\n"
    "text.bad{fill:var(--bad);font-weight:600}text.wait{fill:var(--wait)}"
    "text.good{fill:var(--good)}text.dim{fill:var(--dim)}\n"
    ".band0{fill:var(--band0)}.band1{fill:var(--band1)}.back{fill:var(--back)}"
    ".clear{fill:var(--clear)}text.ours{fill:var(--ours);font-weight:600}\n"
    "circle.live{fill:var(--bad)}circle.kept{fill:var(--card);stroke:var(--wait);"
    "stroke-width:3}circle.none{fill:var(--dim);opacity:.6}\n"
    "path{fill:none;stroke-width:4}.live-line{stroke:var(--bad)}.kept-line{stroke:var(--wait);"
    "stroke-dasharray:3 4}\n"
    "table{border-collapse:collapse;width:100%;font-size:14px}th,td{text-align:left;"
    "padding:5px 12px 5px 0;border-bottom:1px solid var(--line);vertical-align:top;"
    "overflow-wrap:anywhere}th{color:var(--dim);font-weight:600}td.n{white-space:nowrap;"
    "font-variant-numeric:tabular-nums}\n"
    "summary{cursor:pointer;font-weight:600}\n"
    "@media print{:root{--page:#fff;--card:#fff;--ink:#000;--dim:#555;--line:#bbb;"
    "--band0:#f3f3f3;--band1:#e6e6e6;--bad:#b00020;--wait:#8a5a00;--good:#116b36;"
    "--back:#f6d9d9;--clear:#dcefe2;--ours:#174a94}body{font-size:12px}main{max-width:none;padding:"
    "0}.card{"
    "border-radius:0}h2{break-after:avoid}tr{break-inside:avoid}details{display:none}"
    "*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}\n"
    "</style>\n</head>\n<body>\n<main>\n";

static const char key[] =
    "<ul class=\"key\">"
    "<li><svg width=\"20\" height=\"20\"><circle class=\"live\" cx=\"10\" cy=\"10\" r=\"8\"/>"
    "</svg>there, and can load</li>"
    "<li><svg width=\"20\" height=\"20\"><circle class=\"kept\" cx=\"10\" cy=\"10\" r=\"7\"/>"
    "</svg>only listed or kept: an OS update can bring it back</li>"
    "<li><svg width=\"20\" height=\"20\"><circle class=\"none\" cx=\"10\" cy=\"10\" r=\"2\"/>"
    "</svg>not there</li>"
    "<li><strong class=\"bad\">it is back</strong>: it was out of every place that counts</li>"
    "<li><strong class=\"ours\">blue</strong>: what kextirpate did</li></ul>\n";

static void
cell(struct buf *out, const char *class_name, const char *text)
{
	buf_printf(out, "<td%s>", class_name);
	markup_text(out, text != NULL ? text : "\xe2\x80\x93");
	buf_text(out, "</td>");
}

static void
put_lane(struct buf *out, struct arena *arena, const struct history_lane *lane)
{
	size_t i;

	buf_text(out, "<section class=\"card\">\n<h2>");
	for (i = 0; i < lane->key_count; i++) {
		buf_text(out, i > 0 ? ", " : "");
		markup_text(out, lane->keys[i]);
	}
	buf_printf(out, "</h2>\n<p class=\"%s\">",
	    history_class(lane->moments[lane->count - 1].seen->standing));
	markup_text(out, history_sentence(arena, lane));
	buf_text(out, "</p>\n<div class=\"picture\">\n");
	history_svg(out, arena, lane);
	buf_text(out, "</div>\n</section>\n");
}

static void
put_runs(struct buf *out, struct arena *arena, const struct history *history)
{
	const struct ledger_run *run;
	size_t i;

	buf_text(out, "<section class=\"card\">\n<h2>What kextirpate did</h2>\n<table>\n<tr><th>run"
		      "</th><th>when (UTC)</th><th>build</th><th>command</th><th>targets</th>"
		      "<th>how it ended</th></tr>\n");
	for (i = 0; i < history->run_count; i++) {
		run = &history->runs[i];
		buf_text(out, "<tr>");
		cell(out, " class=\"n\"", arena_printf(arena, "%lld", (long long)run->id));
		cell(out, " class=\"n\"", run->began_at);
		cell(out, " class=\"n\"", run->build);
		cell(out, "", run->command);
		cell(out, "", run->targets);
		cell(out, "", run->state);
		buf_text(out, "</tr>\n");
	}
	if (history->run_count == 0)
		buf_text(out, "<tr><td colspan=\"6\">nothing so far</td></tr>\n");
	buf_text(out, "</table>\n</section>\n");
}

static void
put_standings(struct buf *out, const struct history *history)
{
	const struct ledger_standing *standing;
	size_t i;

	if (history->standing_count == 0)
		return;
	buf_text(out, "<details class=\"card\">\n<summary>Every change of a standing</summary>\n"
		      "<table>\n<tr><th>when (UTC)</th><th>build</th><th>kext</th><th>standing</th>"
		      "<th>how it came back</th></tr>\n");
	for (i = 0; i < history->standing_count; i++) {
		standing = &history->standings[i];
		buf_text(out, "<tr>");
		cell(out, " class=\"n\"", standing->at);
		cell(out, " class=\"n\"", standing->build);
		cell(out, "", standing->key);
		cell(out, "", standing->standing);
		cell(out, "", standing->cause);
		buf_text(out, "</tr>\n");
	}
	buf_text(out, "</table>\n</details>\n");
}

void
history_html(struct buf *out, struct arena *arena, const struct history *history, const char *now)
{
	size_t i;

	buf_text(out, head);
	buf_printf(out,
	    "<h1>Which macOS had which kext where</h1>\n<p class=\"dim\">kextirpate %s, from the "
	    "ledger of this Mac at %s. Each column is a look at it at which something had changed, "
	    "the oldest first; each row is a place from which macOS loads a kext or brings it "
	    "back.</p>\n",
	    KEXTIRPATE_VERSION, now);
	buf_text(out, history->lane_count > 0 ? key : "");
	for (i = 0; i < history->lane_count; i++)
		put_lane(out, arena, &history->lanes[i]);
	if (history->lane_count == 0)
		buf_text(out,
		    "<p>No kext was seen so far: uninstall and recheck look, and remember "
		    "what they saw.</p>\n");
	put_runs(out, arena, history);
	put_standings(out, history);
	buf_text(out, "</main>\n</body>\n</html>\n");
}
