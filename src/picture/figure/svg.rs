//! A figure as SVG: in a page, or as a file.

use maud::{Markup, PreEscaped, html};

use super::Figure;
use super::frame::{Field, WIDTH, mark, short};
use super::style::{Theme, sheet};

impl Figure {
    /// Part of a page that has the [style sheet](sheet) of figures; `id` is nobody else's there.
    pub fn in_page(&self, id: &str) -> Markup {
        self.draw(id, Theme::Page)
    }

    /// A file of its own.
    pub fn file(&self) -> String {
        self.draw("figure", Theme::Alone).into_string()
    }

    fn draw(&self, id: &str, theme: Theme) -> Markup {
        let field = Field::new(self);
        let (title, text, clip) = (format!("{id}-t"), format!("{id}-d"), format!("{id}-c"));
        let height = field.height();
        let alone = theme == Theme::Alone;
        html! {
            svg class="figure" role="img" aria-labelledby={ (title) " " (text) }
                xmlns=[alone.then_some("http://www.w3.org/2000/svg")]
                width=[alone.then(|| short(WIDTH))] height=[alone.then(|| short(height))]
                viewBox=(format!("0 0 {WIDTH:.0} {height:.0}")) {
                title id=(title) { (self.title) }
                desc id=(text) { (self.description) }
                @if alone { style { (PreEscaped(sheet(theme))) } }
                defs {
                    clipPath id=(clip) {
                        rect x=(short(field.left)) y=(short(field.top)) width=(short(field.right - field.left))
                            height=(short(field.bottom - field.top)) {}
                    }
                }
                @if alone { rect class="ground" width="100%" height="100%" {} }
                (field.axes(self))
                g clip-path={ "url(#" (clip) ")" } {
                    @for series in &self.series { (field.with_map(|map| mark(series, &series.mark, map))) }
                }
                (field.legend(&self.series))
            }
        }
    }
}
