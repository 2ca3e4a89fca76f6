/// The style sheet of a report.
enum ReportStyle {
  static let sheet = """
    :root{--page:#fdfdfc;--ink:#1c2126;--muted:#69727b;--rule:#e3e4e1;--soft:#f4f4f1;--link:#0b62a4;
    --c0:#0b6bab;--c1:#cf5a12;--c2:#0a8a67;--c3:#a4569a;--c4:#b98307;--c5:#3d9ad1;--c6:#1c2126;--c7:#939ba3}
    @media (prefers-color-scheme:dark){:root{--page:#14171a;--ink:#e4e7ea;--muted:#98a2ac;--rule:#2b3137;
    --soft:#1c2024;--link:#79bdf0;--c0:#5fb3ea;--c1:#f08c50;--c2:#43c59d;--c3:#d993cf;--c4:#e6b84a;
    --c5:#9bd5f7;--c6:#e4e7ea;--c7:#7d8790}}
    *{box-sizing:border-box}
    body{margin:0 auto;max-width:1024px;padding:40px 32px 80px;background:var(--page);color:var(--ink);
    font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif}
    h1{font-size:30px;line-height:1.2;margin:0;letter-spacing:-.01em}
    h2{font-size:21px;margin:48px 0 10px;padding-top:18px;border-top:1px solid var(--rule)}
    h3{font-size:16px;margin:26px 0 6px}h4{font-size:14px;margin:0 0 4px;font-weight:600}
    p,ul{max-width:74ch;margin:8px 0}a{color:var(--link)}
    .subtitle{color:var(--muted);font-size:17px;margin:6px 0 0}
    nav{margin-top:16px;display:flex;flex-wrap:wrap;gap:4px 18px;font-size:14px}nav a{text-decoration:none}
    nav a:hover{text-decoration:underline}
    figure{margin:18px 0 8px;position:relative}
    figcaption{color:var(--muted);font-size:13.5px;line-height:1.45;margin-top:6px;max-width:84ch}
    .row{display:flex;flex-wrap:wrap;gap:4px 20px}.row figure{flex:0 0 100%}
    .row figure.half{flex:0 1 calc(50% - 10px)}.row figure.third{flex:0 1 calc(33.3% - 14px)}
    svg{display:block;width:100%;height:auto;touch-action:pan-y}
    svg text{font:11px system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif;fill:var(--muted);
    font-variant-numeric:tabular-nums}
    .end{text-anchor:end}.middle{text-anchor:middle}
    .grid{stroke:var(--rule);stroke-width:1}.axis{stroke:var(--c7);stroke-width:1}
    polyline{fill:none;stroke:currentColor;stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round}
    polygon{fill:currentColor;fill-opacity:.17;stroke:none}circle{fill:currentColor}
    rect{fill:currentColor;fill-opacity:.82}.rule{stroke:currentColor;stroke-width:1}
    .whisker{stroke:var(--ink);stroke-width:1.2}
    .strong polyline{stroke-width:2.6}.faint polyline{stroke-width:1;stroke-opacity:.4}
    .faint circle{fill-opacity:.4}.faint polygon{fill-opacity:.09}.faint rect{fill-opacity:.35}
    .dashed polyline,.dashed .rule{stroke-dasharray:5 4}
    .c0{color:var(--c0)}.c1{color:var(--c1)}.c2{color:var(--c2)}.c3{color:var(--c3)}.c4{color:var(--c4)}
    .c5{color:var(--c5)}.c6{color:var(--c6)}.c7{color:var(--c7)}.off{display:none}
    .cross{stroke:var(--c7);stroke-width:1;stroke-dasharray:2 3}.spot{stroke:var(--page);stroke-width:1.5}
    .legend{display:flex;flex-wrap:wrap;gap:2px 14px;margin:2px 0 4px}
    .legend button{all:unset;cursor:pointer;font-size:13px;display:inline-flex;align-items:center;gap:6px}
    .legend button:focus-visible,.slider button:focus-visible{outline:2px solid var(--link);outline-offset:2px}
    .legend button[aria-pressed=false]{opacity:.4;text-decoration:line-through}
    .legend i{width:16px;height:0;border-top:2.5px solid currentColor}.legend i.dashes{border-top-style:dashed}
    .legend i.dot{width:7px;height:7px;border:0;border-radius:50%;background:currentColor}
    .legend i.area{height:11px;border:0;background:currentColor;opacity:.45;border-radius:2px}
    .ramp{display:flex;align-items:center;gap:8px;font-size:12px;color:var(--muted);margin:2px 0 4px}
    .ramp i{flex:0 0 150px;height:9px;border-radius:2px}
    .tip{position:absolute;pointer-events:none;background:var(--page);border:1px solid var(--rule);
    border-radius:5px;padding:5px 9px;font-size:12.5px;line-height:1.4;white-space:nowrap;z-index:2;
    box-shadow:0 2px 10px rgb(0 0 0/.14);font-variant-numeric:tabular-nums}
    .tip b{font-weight:600}.tip i{display:inline-block;width:8px;height:8px;border-radius:50%;
    background:currentColor;margin-right:6px}
    .slider{display:flex;align-items:center;gap:12px;font-size:13px;margin-top:4px}
    .slider input{flex:1;accent-color:var(--c0)}.slider output{min-width:9ch;color:var(--muted);
    font-variant-numeric:tabular-nums}.slider button{all:unset;cursor:pointer;color:var(--link);width:1.4em}
    .scroll{overflow-x:auto}
    table{border-collapse:collapse;font-size:14.5px;font-variant-numeric:tabular-nums}
    th,td{padding:6px 18px 6px 0;text-align:right;border-bottom:1px solid var(--rule);white-space:nowrap}
    .words{white-space:normal;max-width:52ch}th:first-child,td:first-child,.words{text-align:left}
    thead th{font-weight:600;color:var(--muted);font-size:13px;
    vertical-align:bottom}tbody th{font-weight:400}
    td small,dd small{color:var(--muted);font-weight:400;font-size:.82em}.best{font-weight:650}
    .facts{display:flex;flex-wrap:wrap;gap:12px;margin:18px 0}
    .facts div{background:var(--soft);border-radius:8px;padding:12px 18px;min-width:150px;flex:1}
    .facts dt{font-size:13px;color:var(--muted)}.facts dd{margin:2px 0 0;font-size:24px;font-weight:600;
    letter-spacing:-.01em}.facts small{display:block;font-size:13px;letter-spacing:0}
    code{font:.9em ui-monospace,"SF Mono",Menlo,"Liberation Mono",monospace;background:var(--soft);
    padding:1px 4px;border-radius:3px}pre{background:var(--soft);padding:12px 16px;border-radius:8px;
    overflow-x:auto;font-size:13.5px;line-height:1.5}pre code{background:none;padding:0}
    math{display:block;margin:14px 0 14px 24px;font-size:18px;text-align:left}
    @media (max-width:760px){body{padding:24px 16px 60px}.row figure.half,.row figure.third{flex-basis:100%}}
    @media print{.slider,nav{display:none}}
    """
}
