//! What every page has around it: the system's name, where else one can go, and what is said to
//! those who do not see the page.

use maud::{DOCTYPE, Markup, html};

use crate::{Console, tabs::Tab};

/// A page.
pub struct Page<'p> {
    /// What it is called.
    pub title: &'p str,
    /// The path of the tab that it is under.
    pub here: &'p str,
    /// The view that it shows live, if it does.
    pub live: Option<&'p str>,
    /// What it shows.
    pub body: Markup,
}

impl Console {
    /// The whole page.
    #[must_use]
    pub fn page(&self, page: Page<'_>) -> Markup {
        // Without a run in this process, nothing happens here that could be told.
        let live = page.live.filter(|_| self.feed().is_some());
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (page.title) " · " (self.system()) }
                    link rel="stylesheet" href="/console/style.css";
                    link rel="icon" href="/console/icon.svg" type="image/svg+xml";
                    script src="/console/script.js" defer {}
                }
                body data-feed=[live.map(|view| format!("/console/feed/{view}"))] {
                    a.skip href="#main" { "To the page" }
                    (self.header(page.here, live.is_some()))
                    main #main .console tabindex="-1" { (page.body) }
                    p #said .unseen role="status" {}
                    footer { p { (self.system()) " " (self.version()) ", " (self.place()) ". Times are UTC." } }
                }
            }
        }
    }

    fn header(&self, here: &str, live: bool) -> Markup {
        html! {
            header {
                a.home href="/" { (self.system()) }
                nav.tabs aria-label="Pages" {
                    ul { @for tab in self.tabs() { li { (self.tab(tab, here)) } } }
                }
                @if live {
                    span #connection .connection data-state="off" { "not live" }
                } @else if !self.changes() {
                    span.connection { "read-only" }
                }
                fieldset.theme {
                    legend { "Colours" }
                    @for (value, word) in [("auto", "Auto"), ("light", "Light"), ("dark", "Dark")] {
                        span {
                            input type="radio" name="theme" id={ "theme-" (value) } value=(value) checked[value == "auto"];
                            label for={ "theme-" (value) } { (word) }
                        }
                    }
                }
            }
        }
    }

    fn tab(&self, tab: &Tab, here: &str) -> Markup {
        let current = (tab.path == here).then_some("page");
        html! { a href=(tab.path) aria-current=[current] { (tab.title) } }
    }

    /// A page that says why something is not done.
    #[must_use]
    pub fn refused(&self, here: &str, title: &str, why: &str) -> Markup {
        self.page(Page {
            title,
            here,
            live: None,
            body: html! {
                h1 { (title) }
                p.warning role="alert" { (why) }
                p { a href=(here) { "Back" } }
            },
        })
    }
}
