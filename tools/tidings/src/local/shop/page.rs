//! `/console/shop`: stock, mails, invoices, and what the providers were told.

use std::{path::Path as File, sync::Arc};

use axum::{
    extract::{Path, State},
    http::{
        StatusCode,
        header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    },
    response::{Html, IntoResponse as _, Response},
};
use futures::{FutureExt as _, future::BoxFuture};
use maud::{Markup, html};
use tidings_console::{Console, List, Page, View, view::time::clock};

use super::{Shop, TAB, articles::stock};
use crate::local::outside::{Call, Document, SentMail};

/// What it is called where it is watched.
pub const VIEW: &str = "shop";
/// Of each, the last so many.
const SHOWN: usize = 20;

/// What the shop's pages are made of.
#[derive(Clone)]
pub struct Here {
    pub shop: Arc<Shop>,
    pub console: Arc<Console>,
}

impl View for Shop {
    fn lists(&self) -> BoxFuture<'_, Vec<List>> {
        async {
            let stock = match stock(&self.dynamodb).await {
                Ok(stock) => pieces(&stock),
                Err(error) => html! { p.warning { (error) } },
            };
            let numbered = |kind: &'static str, number: u64| format!("{kind}-{number}");
            let mails = self.calls.mails(SHOWN);
            let mails = mails.iter().map(|(number, sent)| {
                let key = numbered("mail", *number);
                let item = mail(&key, sent);
                (key, item)
            });
            let documents = self.calls.documents(SHOWN);
            let documents = documents.iter().map(|(number, document)| {
                let key = numbered("document", *number);
                let item = invoice_link(&key, document);
                (key, item)
            });
            let calls = self.calls.last(SHOWN);
            let calls = calls.iter().map(|(number, made)| {
                let key = numbered("call", *number);
                let item = call(&key, made);
                (key, item)
            });
            vec![
                List::of_one("stock", stock),
                List {
                    id: "mails",
                    items: mails.collect(),
                },
                List {
                    id: "invoices",
                    items: documents.collect(),
                },
                List {
                    id: "calls",
                    items: calls.collect(),
                },
            ]
        }
        .boxed()
    }
}

pub(super) async fn show(State(here): State<Here>) -> Response {
    let mut shown = here.console.shown(VIEW).await;
    let mut list = |id: &str| shown.remove(id).unwrap_or_else(|| html! {});
    let page = here.console.page(Page {
        title: "Shop",
        here: TAB.path,
        live: Some(VIEW),
        body: html! {
            h1 { "Shop" }
            div.columns {
                section.panel aria-labelledby="in-stock" {
                    h2 #in-stock { "In stock" }
                    div #stock { (list("stock")) }
                }
                section.panel aria-labelledby="invoiced" {
                    h2 #invoiced { "Invoices" }
                    ul.entries #invoices { (list("invoices")) }
                    p.muted.nothing { "None yet." }
                }
                section.panel aria-labelledby="sent" {
                    h2 #sent { "Mails" }
                    ul.entries #mails { (list("mails")) }
                    p.muted.nothing { "None yet." }
                }
                section.panel aria-labelledby="told" {
                    h2 #told { "What providers were asked" }
                    ul.entries #calls { (list("calls")) }
                    p.muted.nothing { "Nothing yet." }
                }
            }
        },
    });
    Html(page.into_string()).into_response()
}

fn pieces(stock: &[(String, String)]) -> Markup {
    html! {
        table {
            caption { "Articles that can be sold" }
            thead { tr { th scope="col" { "Article" } th.number scope="col" { "Pieces" } } }
            tbody { @for (sku, pieces) in stock {
                tr { th scope="row" { code { (sku) } } td.number data-label="Pieces" { (pieces) } }
            } }
        }
    }
}

fn mail(key: &str, sent: &SentMail) -> Markup {
    html! {
        li id=(key) {
            details {
                summary { (sent.mail.subject) }
                p.muted { "to " (sent.mail.to) ", " (clock(sent.at)) }
                pre tabindex="0" aria-label="The mail" { (sent.mail.text) }
            }
        }
    }
}

fn invoice_link(key: &str, document: &Document) -> Markup {
    html! {
        li id=(key) {
            a href={ "/console/shop/invoices/" (document.name) } { (document.name) }
            " " span.muted { (clock(document.at)) }
        }
    }
}

fn call(key: &str, call: &Call) -> Markup {
    html! {
        li id=(key) {
            span.muted { (clock(call.at)) } " " b { (call.provider) } " " (call.asked)
            @if let Some(error) = &call.error { span.state data-state="dead letter" { " failed: " (error) } }
        }
    }
}

/// An invoice that this run has kept; no other file of the folder is one.
pub(super) async fn invoice(State(here): State<Here>, Path(name): Path<String>) -> Response {
    let shop = &here.shop;
    if !shop.calls.has_document(&name) {
        return (StatusCode::NOT_FOUND, "there is no such invoice of this run\n").into_response();
    }
    match tokio::fs::read(shop.invoices.join(&name)).await {
        Ok(document) => {
            let file = File::new(&name)
                .file_name()
                .and_then(|file| file.to_str())
                .unwrap_or_default();
            let headers = [
                (CONTENT_TYPE, "application/pdf".to_owned()),
                (CONTENT_DISPOSITION, format!("inline; filename=\"{file}\"")),
            ];
            (headers, document).into_response()
        }
        Err(error) => (StatusCode::NOT_FOUND, format!("{name}: {error}\n")).into_response(),
    }
}
