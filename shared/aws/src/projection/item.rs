//! A view as an item.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_dynamo::aws_sdk_dynamodb_1::{from_item, to_item};
use tidings_core::{
    Failure, Projection,
    projection::{Held, Projected},
};

use crate::transaction::Item;

/// How many events the view shows.
pub(super) const VERSION: &str = "projected_version";
/// Which form it has.
pub(super) const REVISION: &str = "projected_revision";

/// What a projection itself keeps of a view.
#[derive(Serialize, Deserialize)]
struct Kept {
    projected_version: u32,
    projected_revision: u32,
}

/// The item of a view. Where there is nothing to show, it says only how far that is known.
pub(super) fn written<P: Projection>(id: &str, projected: &Projected<P::View>) -> Result<Item, Failure> {
    let mut item: Item = match &projected.view {
        Some(view) => to_item(view)?,
        None => Item::new(),
    };
    let kept = Kept {
        projected_version: projected.version,
        projected_revision: P::REVISION,
    };
    item.extend(to_item(kept)?);
    let key = P::TABLE.partition_key.to_owned();
    item.insert(key, AttributeValue::S(id.to_owned()));
    Ok(item)
}

/// How far an item goes; none where it is no view's.
pub(super) fn held(item: &Item) -> Option<Held> {
    let number = |name: &str| item.get(name)?.as_n().ok()?.parse().ok();
    Some(Held {
        revision: number(REVISION)?,
        version: number(VERSION)?,
    })
}

/// Reads the view of an item.
pub(super) fn view<V: DeserializeOwned>(item: Item, version: u32) -> Result<Projected<V>, Failure> {
    let known = [VERSION, REVISION];
    // The key is one of the remaining attributes: an item with no other shows nothing.
    let shows = item.keys().filter(|name| !known.contains(&name.as_str())).count() > 1;
    let view = shows.then(|| from_item(item)).transpose();
    Ok(Projected {
        view: view.map_err(|error| {
            Failure::permanent(format!("a view of another form: {error}")).of_class("ViewError")
        })?,
        version,
    })
}
