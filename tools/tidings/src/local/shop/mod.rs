//! What only the storefront's page has: an order form and the providers to play with ([`beside`]),
//! and what it has in stock, has sent and has kept ([`page`]).

mod articles;
mod beside;
mod order;
mod page;
mod switches;

use std::{path::PathBuf, sync::Arc};

use anyhow::{Context as _, anyhow};
use aws_sdk_dynamodb::Client;
use axum::{
    Router,
    routing::{get, post},
};
use tidings_aws::{System, http::Answering};
use tidings_console::{Console, Feed, Tab, View};
use tidings_core::catalogue::DeclaredEndpoint;

use super::{
    LocalSystem,
    outside::{Calls, Mishaps},
};

pub use page::VIEW;

/// The page of what the shop has.
pub const TAB: Tab = Tab::new("/console/shop", "Shop");

/// The shop that runs in this process.
pub struct Shop {
    place_order: (DeclaredEndpoint, Arc<dyn Answering>),
    dynamodb: Client,
    mishaps: Mishaps,
    calls: Arc<Calls>,
    invoices: PathBuf,
    feed: Arc<Feed>,
}

impl Shop {
    /// The shop of this run.
    ///
    /// # Errors
    /// When the system has no checkout, or it cannot be made.
    pub async fn of(
        system: &System,
        local: &LocalSystem,
        mishaps: Mishaps,
        invoices: PathBuf,
        feed: Arc<Feed>,
    ) -> anyhow::Result<Arc<Self>> {
        let checkout = system
            .endpoints()
            .find(|entry| entry.declared().name == "place-order");
        let checkout = checkout.context("there is no place-order")?;
        let endpoint = checkout.endpoint(&local.setting).await;
        let endpoint = endpoint.map_err(|error| anyhow!("place-order: {error}"))?;
        Ok(Arc::new(Self {
            place_order: (checkout.declared().clone(), endpoint),
            dynamodb: local.database.client(),
            mishaps,
            calls: local.calls.clone(),
            invoices,
            feed,
        }))
    }

    /// What it shows live.
    pub fn views(self: &Arc<Self>) -> Vec<(&'static str, Arc<dyn View>)> {
        vec![(VIEW, self.clone())]
    }

    /// Its pages and what its forms are sent to.
    pub fn routes(self: &Arc<Self>, console: &Arc<Console>) -> Router {
        Router::new()
            .route("/console/shop", get(page::show))
            .route("/console/shop/invoices/{*name}", get(page::invoice))
            .route("/console/shop/orders", post(order::place))
            .route("/console/shop/providers", post(switches::set))
            .with_state(page::Here {
                shop: self.clone(),
                console: console.clone(),
            })
    }
}
