//! The articles of an order: taking them out of the stock, and giving them back.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::TransactWriteItem;
use storefront_contracts::{Fault, OrderPlaced, StockItem};
use tidings_aws::transaction::Item;

use super::Checkouts;
use crate::stock;

/// Different articles of an order, at most: with the checkout and the events they are one transaction (AWS: DynamoDB,
/// `TransactWriteItems`, 100 actions), also when they are given back.
pub(crate) const MOST_ARTICLES: usize = 90;

/// What an order needs, each article once, in the order of their names.
pub(super) fn wanted(order: &OrderPlaced) -> Vec<StockItem> {
    let mut wanted: BTreeMap<&str, u64> = BTreeMap::new();
    for item in &order.items {
        *wanted.entry(&item.sku).or_default() += u64::from(item.quantity);
    }
    wanted
        .into_iter()
        .map(|(sku, quantity)| StockItem {
            sku: sku.to_owned(),
            quantity,
        })
        .collect()
}

impl Checkouts {
    /// Takes these out of the stock, each if there are as many.
    pub(super) fn take(&self, wanted: &[StockItem]) -> impl Iterator<Item = TransactWriteItem> {
        wanted.iter().map(|item| stock::take(&self.stock, item))
    }

    /// Gives these back.
    pub(super) fn give_back(&self, wanted: &[StockItem]) -> impl Iterator<Item = TransactWriteItem> {
        wanted.iter().map(|item| stock::add(&self.stock, item))
    }
}

/// Which lines of the order are at fault where there are too few of an article, and what is left of it.
pub(super) fn too_few(order: &OrderPlaced, wanted: &StockItem, there: Option<&Item>) -> Vec<Fault> {
    let left = stock::available(there);
    let StockItem { sku, quantity } = wanted;
    let lines = order
        .items
        .iter()
        .enumerate()
        .filter(|(_, item)| item.sku == *sku);
    lines
        .map(|(index, _)| Fault {
            pointer: format!("#/items/{index}/quantity"),
            detail: match left {
                0 => format!("{sku} is sold out"),
                left => format!("{left} of {sku} are left, and {quantity} are asked for"),
            },
        })
        .collect()
}
