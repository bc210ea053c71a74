//! The page of a local run: the console of the system that is at work in this process, with what only the storefront has.

use std::sync::Arc;

use axum::Router;
use tidings_aws::System;
use tidings_console::{Console, Feed, Settings, Tab};
use tidings_operations::{Desk, Roster, Tables};
use tidings_trace::Sources;

use super::{
    LocalSystem,
    shop::{Shop, TAB},
};
use crate::{operator::user, system::document};

/// The description of what can be called ([`super::http`]).
const API: Tab = Tab::new("/api", "API");

/// Its routes.
///
/// # Errors
/// When the catalogue names no consumers.
pub fn routes(
    storefront: &System,
    system: &LocalSystem,
    shop: &Arc<Shop>,
    feed: &Arc<Feed>,
) -> anyhow::Result<Router> {
    let roster = Roster::read(&serde_json::to_value(storefront.catalogue())?, None)?;
    let (sqs, dynamodb) = (system.letters.sqs().client(), system.database.client());
    let desk = Arc::new(Desk::new(
        roster,
        sqs,
        &dynamodb,
        Tables::named(ToOwned::to_owned),
    ));
    let document = Arc::new(document(storefront));
    let tables = tidings_trace::Tables::named(&document, ToOwned::to_owned);
    let console = Console::new(Settings {
        sources: Sources::new(document.as_ref().clone(), &dynamodb, tables, desk.clone()),
        document,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        place: "running in this process".to_owned(),
        desk,
        feed: Some(feed.clone()),
        who: user(),
        changes: true,
        tabs: vec![TAB],
        last_tabs: vec![API],
        beside: Some(shop.clone()),
        views: shop.views(),
    });
    Ok(console.routes(shop.routes(&console)))
}
