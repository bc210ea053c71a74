//! What stands beside the live page: an order form, and the providers to play with.

use futures::{FutureExt as _, future::BoxFuture};
use maud::{Markup, html};
use tidings_console::Beside;
use uuid::Uuid;

use super::{
    Shop,
    articles::ARTICLES,
    switches::{Condition, condition},
};
use crate::local::outside::PROVIDERS;

/// Cards as the payment provider calls them, and what becomes of them.
pub(super) const CARDS: [(&str, &str); 3] = [
    ("tok_visa", "is charged"),
    ("tok_chargeDeclined", "is declined"),
    ("tok_chargeDeclinedInsufficientFunds", "has not enough on it"),
];

impl Beside for Shop {
    fn beside(&self) -> BoxFuture<'_, Markup> {
        let markup = html! { (order()) (self.providers()) };
        async { markup }.boxed()
    }
}

/// The form of an order. Each has a key of its own: sent twice, it is one order.
fn order() -> Markup {
    html! {
        section.panel aria-labelledby="order" {
            h2 #order { "An order" }
            form method="post" action="/console/shop/orders" {
                input type="hidden" name="key" value=(Uuid::new_v4());
                label { "E-mail" input name="email" type="email" required value="ada@example.com" autocomplete="off"; }
                @for article in ARTICLES {
                    label {
                        (article.name) ", " (format!("{}.{:02} EUR", article.price / 100, article.price % 100))
                        input name=(article.sku) type="number" min="0" max="99" required value="1";
                    }
                }
                label {
                    "The card"
                    select name="card" { @for (card, word) in CARDS { option value=(card) { (word) } } }
                }
                p { button.main type="submit" { "Place the order" } }
            }
        }
    }
}

impl Shop {
    /// How each provider is, to be changed.
    fn providers(&self) -> Markup {
        html! {
            section.panel aria-labelledby="providers" {
                h2 #providers { "The providers" }
                form method="post" action="/console/shop/providers" {
                    @for provider in PROVIDERS {
                        @let mishap = self.mishaps.of_provider(provider);
                        @let now = condition(mishap);
                        label.switch {
                            span { (provider) }
                            select name=(provider) {
                                @if now.is_none() { option value="" selected { "as started" } }
                                @for one in Condition::ALL {
                                    option value=(one.as_str()) selected[now == Some(one)] { (one.told()) }
                                }
                            }
                        }
                    }
                    p { button type="submit" { "Let it be so" } }
                }
            }
        }
    }
}
