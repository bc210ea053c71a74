//! `/console/traces`: what became of what is called so.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{Html, IntoResponse as _, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use tidings_trace::{TraceError, collect, show};

use super::Here;
use crate::{
    Console, Page, Tab,
    view::{flow, time::clock, trace, waterfall},
};

/// Flows that can be chosen from.
const LAST: usize = 20;

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    of: String,
}

pub(super) async fn page(State(console): Here, Query(asked): Query<Asked>) -> Response {
    let of = asked.of.trim();
    if of.is_empty() {
        return answer(&console, StatusCode::OK, of, choice(&console));
    }
    let traced = collect(
        console.sources(),
        &tidings_trace::Query::of(of),
        console.desk().now(),
    )
    .await;
    match traced {
        Ok(traced) => {
            let body = html! {
                p.lead { (show::summary(&traced)) }
                @for remark in &traced.remarks { p.muted { (remark) } }
                @if traced.is_open() { p.muted { "Not all of it is over. " a href="" { "Look again" } } }
                section #tree aria-labelledby="as-tree" {
                    h2 #as-tree { "What caused what" }
                    (trace::tree(&traced))
                }
                @if let Some(waterfall) = waterfall::waterfall(&traced) {
                    section #waterfall aria-labelledby="as-waterfall" {
                        h2 #as-waterfall { "When" }
                        (waterfall)
                    }
                }
            };
            answer(&console, StatusCode::OK, of, body)
        }
        Err(error) => {
            let status = match error {
                TraceError::Nothing(_) => StatusCode::NOT_FOUND,
                TraceError::Unanswered { .. } => StatusCode::BAD_GATEWAY,
            };
            let body = html! { p.warning role="alert" { (error) } (choice(&console)) };
            answer(&console, status, of, body)
        }
    }
}

/// What happened last, to choose from.
fn choice(console: &Console) -> Markup {
    let flows = console.feed().map(|feed| feed.flows(LAST)).unwrap_or_default();
    let traced = flows
        .iter()
        .filter_map(|flow| Some((flow, flow.correlation.as_ref()?)));
    html! {
        @if !flows.is_empty() {
            h2 { "The last ones" }
            ul.entries {
                @for (flow, correlation) in traced {
                    li { a href={ "/console/traces?of=" (correlation) } { (flow::told(flow)) } " " span.muted { (clock(flow.began)) } }
                }
            }
        }
    }
}

fn answer(console: &Console, status: StatusCode, of: &str, body: Markup) -> Response {
    let page = console.page(Page {
        title: "Traces",
        here: Tab::TRACES.path,
        live: None,
        body: html! {
            h1 { "Traces" }
            form.look method="get" action="/console/traces" role="search" {
                label { "The id of an order, an event, a chain or anything else" input name="of" type="search" value=(of) required maxlength="200" autocomplete="off" spellcheck="false"; }
                button type="submit" { "Look" }
            }
            (body)
        },
    });
    (status, Html(page.into_string())).into_response()
}
