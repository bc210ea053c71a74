//! Style, script and icon. The style begins with that of the catalogue's page: they are one family.

use axum::{
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    response::IntoResponse,
};
use tidings_catalogue::export::page;

const STYLE: &str = include_str!("../../assets/style.css");
const SCRIPT: &str = include_str!("../../assets/script.js");
const ICON: &str = include_str!("../../assets/icon.svg");

pub(super) async fn style() -> impl IntoResponse {
    asset("text/css; charset=utf-8", format!("{}{STYLE}", page::STYLE))
}

pub(super) async fn script() -> impl IntoResponse {
    asset("text/javascript; charset=utf-8", SCRIPT.to_owned())
}

pub(super) async fn icon() -> impl IntoResponse {
    asset("image/svg+xml", ICON.to_owned())
}

/// It is asked for with every page, so that another version of this program is seen at once.
fn asset(kind: &'static str, text: String) -> impl IntoResponse {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-cache")], text)
}
