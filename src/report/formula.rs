//! The equations of network and limit, as `MathML`, which browsers draw without help.

use maud::{Markup, html};

fn identifier(name: &str) -> Markup {
    html! { mi { (name) } }
}

fn indexed(base: &str, index: &str) -> Markup {
    html! { msub { mi { (base) } mi { (index) } } }
}

fn fraction(above: &Markup, below: &Markup) -> Markup {
    html! { mfrac { mrow { (above) } mrow { (below) } } }
}

fn operator(sign: &str) -> Markup {
    html! { mo { (sign) } }
}

/// The derivative of a variable by time.
fn derivative(of: &Markup) -> Markup {
    fraction(
        &html! { mi mathvariant="normal" { "d" } (of) },
        &html! { mi mathvariant="normal" { "d" } mi { "t" } },
    )
}

fn root_of_n() -> Markup {
    html! { msqrt { mi { "n" } } }
}

/// A formula in a line of its own, with what it says for those who cannot see it.
fn display(said: &str, body: &Markup) -> Markup {
    html! { div class="equation" { math display="block" aria-label=(said) { mrow { (body) } } } }
}

/// A power of n in a line of text.
pub fn power_of_n(power: &str) -> Markup {
    html! { i { "n" } sup { (power) } }
}

/// The network: decay between jumps, and the jumps.
pub fn network() -> Markup {
    let decay = html! {
        (derivative(&identifier("z"))) (operator("=")) (operator("−"))
        (fraction(&identifier("z"), &indexed("τ", "a"))) (operator("+")) (indexed("I", "a")) (of(&identifier("t")))
    };
    let jump = html! {
        mi { "z" } mo { "→" } mi { "z" } (operator("+")) (fraction(&indexed("J", "ab"), &root_of_n()))
        mspace width="0.6em" {} mtext { "at rate" } mspace width="0.4em" {} (indexed("λ", "b")) (of(&indexed("z", "j")))
    };
    html! {
        div class="equations" {
            (display("d z by d t equals minus z over tau a plus I a of t", &decay))
            (display("z jumps by J a b over root n at rate lambda b of z j", &jump))
        }
    }
}

/// The limit: means, variances and balance.
pub fn limit() -> Markup {
    let moments = html! { mi { "m" } mo separator="true" { "," } mi { "v" } };
    let mean = html! {
        (derivative(&identifier("m"))) (operator("=")) (operator("−"))
        (fraction(&identifier("m"), &identifier("τ"))) (operator("+")) mi { "I" } (operator("+"))
        (indexed("U", "r")) mi { "ℓ" }
    };
    let variance = html! {
        (derivative(&identifier("v"))) (operator("=")) (operator("−"))
        (fraction(&html! { mn { "2" } mi { "v" } }, &identifier("τ"))) (operator("+"))
        mi { "Q" } mi { "S" } (of(&moments)) (operator("+")) mi { "q" }
    };
    let balance = html! {
        mi { "K" } mi { "S" } (of(&moments)) (operator("+")) mi { "h" } (operator("=")) mn { "0" }
    };
    let rate = html! {
        (indexed("S", "b")) (operator("=")) mi mathvariant="normal" { "E" } mspace width="0.2em" {} (indexed("λ", "b"))
        (of(&html! { (indexed("m", "b")) (operator("+")) msqrt { (indexed("v", "b")) } mi { "X" } }))
    };
    html! {
        div class="equations" {
            (display("d m by d t equals minus m over tau plus I plus U r times l", &mean))
            (display("d v by d t equals minus 2 v over tau plus Q S of m and v plus q", &variance))
            (display("K S of m and v plus h equals 0", &balance))
            (display("S b is the expectation of lambda b of m b plus root v b times X", &rate))
        }
    }
}

/// The argument of a function.
fn of(argument: &Markup) -> Markup {
    html! { mo stretchy="false" { "(" } (argument) mo stretchy="false" { ")" } }
}
