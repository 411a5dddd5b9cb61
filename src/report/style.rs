//! How a page looks.

/// Light, dark, narrow, printed.
pub const STYLE: &str = "\
:root{color-scheme:light dark;--back:#fff;--text:#16202a;--quiet:#5a6772;--line:#d5dbe0;--box:#f5f7f9;--good:#1e6b25;\
--good-back:#e2f1e0;--bad:#a11b1b;--bad-back:#fbe4e2;--open:#7a5900;--open-back:#faf0cf;--link:#1f5fa8}\
@media screen and (prefers-color-scheme:dark){:root{--back:#12181d;--text:#e6ebef;--quiet:#9aa7b2;--line:#323c45;--box:#1a2229;\
--good:#8bd391;--good-back:#1b3320;--bad:#ff9c94;--bad-back:#431d1b;--open:#e9c45c;--open-back:#3a300f;--link:#8bbcf0}}\
*{box-sizing:border-box}html{scroll-padding-top:1rem}\
body{margin:0 auto;max-width:56rem;padding:1.5rem 1.1rem 4rem;background:var(--back);color:var(--text);\
font:17px/1.55 ui-serif,Georgia,'Times New Roman',serif;overflow-wrap:break-word}\
h1,h2{line-height:1.25;font-weight:650}h1{font-size:1.7rem;margin:0 0 .3em}h3{font-size:1.05rem;font-weight:650;margin:1.4em 0 .3em}\
h2{font-size:1.25rem;margin:0 0 .4em;overflow-x:auto;overflow-y:hidden}\
a{color:var(--link)}:focus-visible{outline:3px solid var(--link);outline-offset:2px}\
.skip{position:absolute;left:-99rem}.skip:focus{position:static}\
header p,.quiet,figcaption{color:var(--quiet)}header{margin-bottom:1.5rem}\
nav ol{padding-left:1.6rem}nav li{margin:.35rem 0}\
nav a{display:inline-block;max-width:100%;vertical-align:bottom}nav a,h2,p,summary{overflow-x:auto;overflow-y:hidden}\
section{border-top:1px solid var(--line);padding-top:1.4rem;margin-top:2rem}\
.verdict{margin:.2rem 0 1rem}.name{color:var(--quiet);font-weight:500}\
.badge{display:inline-block;font:600 .78rem/1.5 ui-sans-serif,system-ui,sans-serif;padding:.1em .6em;border-radius:1em;\
background:var(--box);border:1px solid var(--line)}\
.badge.good{color:var(--good);background:var(--good-back);border-color:currentColor}\
.badge.bad{color:var(--bad);background:var(--bad-back);border-color:currentColor}\
.badge.open{color:var(--open);background:var(--open-back);border-color:currentColor}\
.strong,.good,.bad,.open{font-weight:650}p .good{color:var(--good)}p .bad{color:var(--bad)}p .open{color:var(--open)}\
figure{margin:1rem 0}figcaption{font-size:.85rem}figure svg{display:block;max-width:100%;height:auto;margin:0 auto}\
.key{display:inline-block;width:1.1em;height:.8em;margin:0 .35em 0 .8em;border:2px solid;border-radius:.2em;vertical-align:-.05em}\
.key.treatment{background:#d8ecd2;border-color:#2f7d32}.key.outcome{background:#d5e5f7;border-color:#1f5fa8}\
.key.adjusted{background:#f7ecc4;border-color:#946c00}.key.latent{background:#e4e7ea;border-color:#8b969f;border-style:dashed}\
@media (prefers-color-scheme:dark){.key.treatment{background:#1f3d24;border-color:#7cc47f}\
.key.outcome{background:#1c3350;border-color:#7fb2ec}.key.adjusted{background:#443911;border-color:#dcb23e}\
.key.latent{background:#333c44;border-color:#7d8992}}\
.key.opened{height:0;border-width:0 0 3px;border-color:#c62828;border-radius:0;vertical-align:.25em}\
.key.ghost{height:0;border-width:0 0 3px;border-style:dotted;border-color:#98a3ac;border-radius:0;vertical-align:.25em}\
.wide{overflow-x:auto;max-width:100%}.formula{overflow-x:auto;padding:.4rem 0;font-size:1.15em}\
math{font-family:'Latin Modern Math','STIX Two Math','Cambria Math',math,serif}\
table{border-collapse:collapse;margin:.6rem 0;font-size:.95em}caption{text-align:left;padding-bottom:.3em}\
th,td{text-align:left;vertical-align:baseline;padding:.25em .9em .25em 0}tbody tr+tr td{border-top:1px solid var(--line)}\
.board td{border:0!important;padding:.3em .5em .3em 0}.board .left{text-align:right;white-space:nowrap}\
.board .reason{color:var(--quiet);font-size:.9em;padding-left:1.2em}\
.bar{display:inline-block;height:.75em;background:var(--link);border-radius:.1em;vertical-align:-.05em}\
figure.plot svg{margin:0}.tried td{vertical-align:top}.tried td:first-child{white-space:nowrap}\
.axis{display:inline-block;position:relative;width:16em;height:1em;vertical-align:-.15em;border-bottom:1px solid var(--line)}\
.axis i{position:absolute}.axis .span{top:.45em;height:.18em;background:var(--link)}\
.axis .at{top:.2em;width:.6em!important;height:.6em;margin-left:-.3em;border-radius:50%;background:var(--link)}\
.axis .null{top:0;height:100%;border-left:1px dashed var(--quiet)}.axis .beside{top:.2em;width:.6em!important;height:.6em;margin-left:-.3em;border-radius:50%;border:2px solid var(--quiet)}\
details{margin:.7rem 0;padding:.5rem .8rem;background:var(--box);border:1px solid var(--line);border-radius:.4rem}\
details details{background:var(--back)}summary{cursor:pointer;font-weight:600}\
code,pre{font:.86em/1.5 ui-monospace,SFMono-Regular,Consolas,monospace}\
pre{overflow-x:auto;background:var(--box);border:1px solid var(--line);border-radius:.4rem;padding:.8rem 0;counter-reset:line;white-space:normal}\
pre span{display:block;white-space:pre;padding:0 1rem 0 3.6rem;position:relative;min-height:1.5em}pre span:target{background:var(--open-back)}\
pre span::before{counter-increment:line;content:counter(line);position:absolute;left:0;width:2.6rem;text-align:right;color:var(--quiet)}\
@media (max-width:34rem){body{font-size:16px;padding:1rem .8rem 3rem}.board .reason{display:block;padding-left:1.4em}}\
@media print{@page{margin:18mm 16mm}body{max-width:none;font-size:10.5pt;padding:0}nav,.skip,.cut{display:none}\
section{break-inside:auto}h1,h2,h3,.verdict,caption,summary{break-after:avoid}figure,table,.formula,tr,li,p{break-inside:avoid}\
details{border:0;padding:0;background:none}details::details-content{content-visibility:visible;block-size:auto}\
summary{list-style:none}summary::-webkit-details-marker{display:none}a{color:inherit;text-decoration:none}\
nav a,h2,p,summary,.wide,.formula,pre{overflow:visible}pre{background:none}pre span{white-space:pre-wrap;padding-right:0}\
.formula{font-size:min(1.15em,calc(128em/var(--w)))}.board{font-size:min(.95em,calc(105em/var(--w)))}caption{white-space:nowrap}\
.badge,.key,.bar,.axis,.axis i,svg{print-color-adjust:exact}}";
