//! What it looks like: narrow, enlarged, dark and light.

use serde_json::{Value, json};

use super::{STATES, sit_down};

/// The least contrast of text with what is behind it (WCAG 2.2, 1.4.3), and of the edge of what can be used (1.4.11).
const TEXT: f64 = 4.5;
const EDGE: f64 = 3.0;

/// Whatever is harder to see than it should be: what it is, and its contrast. All that is measured is opaque, or the
/// measure would not be true, and says so.
const FAINT: &str = r"((text, edge) => {
    const rgb = color => {
        const [r, g, b, a = 1] = color.match(/[\d.]+/g).map(Number);
        if (a !== 1) throw new Error(color + ' is not opaque');
        return [r, g, b];
    };
    const light = color => rgb(color).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
    const contrast = (a, b) => { const [m, n] = [light(a), light(b)]; return (Math.max(m, n) + 0.05) / (Math.min(m, n) + 0.05); };
    const clear = color => /, 0\)$/.test(color);
    const ground = e => { const c = getComputedStyle(e).backgroundColor; return clear(c) && e.parentElement ? ground(e.parentElement) : c; };
    const faint = [];
    let seen = 0;
    const hold = (what, a, b, least) => { seen += 1; if (contrast(a, b) < least) faint.push(what + ': ' + contrast(a, b).toFixed(2)); };
    for (const e of document.body.querySelectorAll('*')) {
        const style = getComputedStyle(e);
        const says = [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data.trim()).join('');
        if (says || e.matches('input')) hold(says || e.id, style.color, ground(e), text);
        if (e.matches('svg')) hold('sign', style.stroke, ground(e), edge);
        if (e.matches('input, button')) hold('edge of ' + (e.id || e.value), style.borderTopColor, ground(e.parentElement), edge);
    }
    return {faint, seen};
})";

#[test]
fn it_fits_narrow_windows_and_large_letters() {
    let tab = sit_down!();
    // A phone, a window at 200 %, and one at 400 % (WCAG 2.2, 1.4.10); the last with letters twice as large besides.
    let sizes = [(320, 1.0, "100%"), (640, 2.0, "100%"), (320, 4.0, "100%"), (640, 1.0, "200%")];
    for state in STATES {
        state.show(&tab);
        for (width, scale, letters) in sizes {
            tab.size(width, 640, scale);
            tab.value(&format!("document.documentElement.style.fontSize = '{letters}'"));
            tab.until(&format!("innerWidth === {width} && devicePixelRatio === {scale}"));
            let at = format!("{} at {width} px, letters of {letters}", state.heading);
            // Beside the bar that a page has which is longer than its window.
            let (wide, room) = ("document.documentElement.scrollWidth", "document.documentElement.clientWidth");
            assert_eq!(tab.value(wide), tab.value(room), "{at}: it can be moved sideways");
            let cut = tab.value(
                "[...document.body.querySelectorAll('*')].filter(e => !e.closest('svg')).filter(e => { \
                 const b = e.getBoundingClientRect(); return b.left < 0 || b.right > document.documentElement.clientWidth || \
                 (e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 && !e.matches('input')); }).map(e => e.outerHTML)",
            );
            assert_eq!(cut, json!([]), "{at}");
            let small = tab.value(
                "[...document.querySelectorAll('button, input:not([type=hidden])')].map(e => e.getBoundingClientRect()) \
                 .filter(b => b.width < 44 || b.height < 44).map(b => [b.width, b.height])",
            );
            assert_eq!(small, json!([]), "{at}: too small for a finger");
        }
    }
}

#[test]
fn it_is_readable_in_the_dark_and_in_the_light() {
    let tab = sit_down!();
    let colours = "(c => [c(document.body).backgroundColor, c(document.body).color, \
        c(document.querySelector('.card')).backgroundColor, c(document.querySelector('.note')).backgroundColor])(getComputedStyle)";
    for state in STATES {
        state.show(&tab);
        let mut schemes = Vec::new();
        for scheme in ["light", "dark"] {
            for contrast in ["no-preference", "more"] {
                tab.prefers(&[("prefers-color-scheme", scheme), ("prefers-contrast", contrast)]);
                let measured = tab.value(&format!("{FAINT}({TEXT}, {EDGE})"));
                assert_eq!(measured["faint"], json!([]), "{} in {scheme} colours", state.heading);
                assert!(measured["seen"].as_u64().unwrap() >= 5, "{measured}");
            }
            schemes.push(tab.value(colours));
        }
        let pairs = |at: usize| (schemes[0][at].clone(), schemes[1][at].clone());
        for at in 0..4 {
            let (light, dark): (Value, Value) = pairs(at);
            assert_ne!(light, dark, "{}: {schemes:?}", state.heading);
        }
    }
    // What measures this does find what is faint.
    tab.value(
        "document.querySelector('h1').style.color = getComputedStyle(document.querySelector('.card')).backgroundColor",
    );
    let measured = tab.value(&format!("{FAINT}({TEXT}, {EDGE})"));
    assert_eq!(measured["faint"], json!(["This link was altered: 1.00"]));
}

#[test]
fn nothing_moves() {
    let tab = sit_down!();
    for state in STATES {
        state.show(&tab);
        let moving = tab.value(
            "[...document.querySelectorAll('*')].map(e => getComputedStyle(e)).filter(s => \
             s.animationName !== 'none' || s.transitionDuration !== '0s' || s.scrollBehavior !== 'auto').length",
        );
        assert_eq!(moving, json!(0), "{}", state.heading);
    }
}
