//! Equations of the API documentation: blocks `math` of `cargo doc`, LaTeX so far, become MathML.

use std::fs;
use std::path::Path;

use anyhow::{Result, anyhow};
use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};

/// How rustdoc begins and ends a block.
const OPEN: &str = "<pre class=\"language-math\"><code>";
const CLOSE: &str = "</code></pre>";

/// Converts all pages below a folder; returns how many equations there were.
pub fn convert(folder: &Path) -> Result<usize> {
    let mut count = 0;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            count += convert(&path)?;
        } else if path.extension().is_some_and(|ending| ending == "html") {
            let page = fs::read_to_string(&path)?;
            let (converted, equations) =
                converted(&page).map_err(|error| anyhow!("{}: {error}", path.display()))?;
            if equations > 0 {
                fs::write(&path, converted)?;
            }
            count += equations;
        }
    }
    Ok(count)
}

fn converted(page: &str) -> Result<(String, usize)> {
    let converter = LatexToMathML::new(MathCoreConfig::default())
        .map_err(|error| anyhow!("no converter: {error:?}"))?;
    let mut parts = page.split(OPEN);
    let mut text = parts.next().unwrap_or_default().to_owned();
    let mut count = 0;
    for part in parts {
        let (latex, rest) = part.split_once(CLOSE).ok_or_else(|| anyhow!("a block has no end"))?;
        let latex = plain(latex);
        let result = converter
            .convert_with_local_state(&latex, MathDisplay::Block)
            .map_err(|error| anyhow!("in `{latex}`: {error:?}"))?;
        text.push_str("<div style=\"overflow-x:auto;margin:1em 0\">");
        text.push_str(&result.mathml);
        text.push_str("</div>");
        text.push_str(rest);
        count += 1;
    }
    Ok((text, count))
}

/// Text as it was before it became HTML.
fn plain(html: &str) -> String {
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    entities.iter().fold(html.to_owned(), |text, (entity, letter)| text.replace(entity, letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_equations() {
        let page = format!("a {OPEN}x &lt; \\frac{{a}}{{b}}{CLOSE} b");
        let (text, count) = converted(&page).unwrap();
        assert!(count == 1 && text.contains("<mfrac>") && text.ends_with("</div> b"), "{text}");
        assert!(!text.contains("language-math"));
        assert!(converted(&format!("{OPEN}\\frac{{a{CLOSE}")).is_err());
    }
}
