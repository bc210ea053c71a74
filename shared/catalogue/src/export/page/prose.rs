//! What doc comments say, as text of the page.

use maud::{Markup, html};

/// Text in which what stands between backticks is code. Links of rustdoc lead nowhere here, and are
/// their text.
pub(super) fn rich(text: &str) -> Markup {
    let text = text.replace("[`", "`").replace("`]", "`");
    html! {
        @for (number, part) in text.split('`').enumerate() {
            @if number % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// Paragraphs, of which the first is the summary.
pub(super) fn paragraphs(text: &str) -> Markup {
    html! {
        @for paragraph in text.split("\n\n") { p.prose { (rich(paragraph)) } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backticks_are_code_and_links_are_their_text() {
        let text = rich("Who ordered; [`GUEST`] is `null`, not <nobody>.").into_string();
        assert_eq!(
            text,
            "Who ordered; <code>GUEST</code> is <code>null</code>, not &lt;nobody&gt;."
        );
    }
}
