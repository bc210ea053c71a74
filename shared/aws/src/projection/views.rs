//! The views of a projection, in their table.

use std::{fmt, marker::PhantomData};

use aws_sdk_dynamodb::{
    Client,
    error::ProvideErrorMetadata as _,
    operation::put_item::{PutItemError, builders::PutItemFluentBuilder},
    types::{AttributeValue, ReturnValuesOnConditionCheckFailure},
};
use serde::de::DeserializeOwned;
use serde_dynamo::aws_sdk_dynamodb_1::from_item;
use tidings_core::{
    Failure, Projection,
    catalogue::Index,
    projection::{Held, Projected},
};

use super::item::{self, REVISION, VERSION};
use crate::transaction::Item;

/// How a read sees writes that have just been made (AWS: DynamoDB, read consistency).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consistency {
    /// It may miss the last second; half the price.
    Eventual,
    /// It sees every write that was answered.
    Strong,
}

/// The table of a projection's views.
pub struct Views<P> {
    pub(super) dynamodb: Client,
    pub(super) name: String,
    projection: PhantomData<fn() -> P>,
}

/// What is there of a view.
pub(super) struct Found {
    pub(super) held: Held,
    pub(super) item: Item,
}

/// How a conditional write ended.
pub(super) enum Written {
    Yes,
    /// Something else is there.
    No(Option<Found>),
}

impl<P: Projection> Views<P> {
    /// The table of this name.
    #[must_use]
    pub fn new(dynamodb: Client, name: impl Into<String>) -> Self {
        Self {
            dynamodb,
            name: name.into(),
            projection: PhantomData,
        }
    }

    /// The table's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The view of an aggregate; version 0 where there is none yet.
    ///
    /// # Errors
    /// When DynamoDB does not answer: transient. When the view has a form that this code cannot read: permanent.
    pub async fn get(&self, id: &str, consistency: Consistency) -> Result<Projected<P::View>, Failure> {
        match self.find(id, consistency).await? {
            Some(Found { held, item }) => item::view(item, held.version),
            None => Ok(Projected::default()),
        }
    }

    pub(super) async fn find(&self, id: &str, consistency: Consistency) -> Result<Option<Found>, Failure> {
        let get = self
            .dynamodb
            .get_item()
            .table_name(&self.name)
            .key(P::TABLE.partition_key, AttributeValue::S(id.to_owned()))
            .consistent_read(consistency == Consistency::Strong);
        Ok(get.send().await?.item.and_then(found))
    }

    /// Up to `most` entries of an index whose partition key is `partition`, from the greatest sort key down, all of them below `below`.
    /// An index follows its table a little later.
    ///
    /// # Errors
    /// As for [`get`](Self::get).
    pub async fn page<T: DeserializeOwned>(
        &self,
        index: &Index,
        partition: &str,
        below: Option<&str>,
        most: usize,
    ) -> Result<Vec<T>, Failure> {
        let query = self
            .dynamodb
            .query()
            .table_name(&self.name)
            .index_name(index.name)
            .scan_index_forward(false)
            .limit(i32::try_from(most).unwrap_or(i32::MAX))
            .expression_attribute_names("#partition", index.partition_key)
            .expression_attribute_values(":partition", AttributeValue::S(partition.to_owned()));
        let query = match below {
            None => query.key_condition_expression("#partition = :partition"),
            Some(below) => query
                .key_condition_expression("#partition = :partition AND #sort < :below")
                .expression_attribute_names("#sort", index.sort_key)
                .expression_attribute_values(":below", AttributeValue::S(below.to_owned())),
        };
        let mut items = query.into_paginator().items().send();
        let mut page = Vec::new();
        while page.len() < most {
            let Some(item) = items.next().await else { break };
            page.push(from_item(item?)?);
        }
        Ok(page)
    }

    /// Writes a view where there still is what was found, or nothing.
    pub(super) async fn replace(
        &self,
        id: &str,
        projected: &Projected<P::View>,
        found: Option<Held>,
    ) -> Result<Written, Failure> {
        let put = self.put(id, projected)?;
        let put = match found {
            None => put.condition_expression("attribute_not_exists(#version)"),
            Some(held) => put
                .condition_expression("#version = :version AND #revision = :revision")
                .expression_attribute_names("#revision", REVISION)
                .expression_attribute_values(":version", number(held.version))
                .expression_attribute_values(":revision", number(held.revision)),
        };
        end(put).await
    }

    /// Writes a view unless there is one that shows more, or has a newer form.
    pub(super) async fn renew(&self, id: &str, projected: &Projected<P::View>) -> Result<Written, Failure> {
        let put = self
            .put(id, projected)?
            .condition_expression(
                "attribute_not_exists(#version) OR #revision < :revision \
                 OR (#revision = :revision AND #version <= :version)",
            )
            .expression_attribute_names("#revision", REVISION)
            .expression_attribute_values(":version", number(projected.version))
            .expression_attribute_values(":revision", number(P::REVISION));
        end(put).await
    }

    fn put(&self, id: &str, projected: &Projected<P::View>) -> Result<PutItemFluentBuilder, Failure> {
        let item = item::written::<P>(id, projected)?;
        let put = self.dynamodb.put_item().table_name(&self.name);
        let put = put
            .set_item(Some(item))
            .expression_attribute_names("#version", VERSION);
        Ok(put.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld))
    }
}

async fn end(put: PutItemFluentBuilder) -> Result<Written, Failure> {
    match put.send().await {
        Ok(_) => Ok(Written::Yes),
        Err(error) => match error.into_service_error() {
            PutItemError::ConditionalCheckFailedException(refused) => {
                Ok(Written::No(refused.item.and_then(found)))
            }
            // A view that is too large, or lacks a key: the same view is refused every time.
            error if error.code() == Some("ValidationException") => Err(Failure::permanent(format!(
                "a view that DynamoDB does not take: {}",
                error.message().unwrap_or("ValidationException")
            ))
            .of_class("ViewError")),
            error => Err(error.into()),
        },
    }
}

fn found(item: Item) -> Option<Found> {
    let held = item::held(&item)?;
    Some(Found { held, item })
}

fn number(value: u32) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

impl<P> Clone for Views<P> {
    fn clone(&self) -> Self {
        Self {
            dynamodb: self.dynamodb.clone(),
            name: self.name.clone(),
            projection: PhantomData,
        }
    }
}

impl<P> fmt::Debug for Views<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Views")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
