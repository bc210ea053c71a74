//! Effects as DynamoDB writes.

use aws_sdk_dynamodb::{
    error::BuildError,
    types::{AttributeValue, Delete, Put, TransactWriteItem, Update},
};
use serde_dynamo::aws_sdk_dynamodb_1::to_item;
use tidings_core::{
    Failure, Write,
    effects::{Action, Condition, Item},
};

use crate::{TableNames, idempotency::Effect};

/// Turns a write into an action of a transaction.
///
/// # Errors
/// A permanent failure: the consumer wrote to a table that it has not declared, or something that is no item.
pub fn to_effect(write: Write, tables: &TableNames) -> Result<Effect, Failure> {
    let table = tables
        .get(write.table)
        .map_err(|error| Failure::permanent(error.to_string()))?;
    let (condition, otherwise) = write.condition.unzip();
    let condition = condition.map(Guard::from);
    let action = action(table, write.action, condition)
        .map_err(|error| Failure::permanent(format!("a write to {table}: {error}")))?;
    Ok(Effect { action, otherwise })
}

/// A condition expression with its one name and its one value.
struct Guard {
    expression: &'static str,
    name: &'static str,
    value: Option<i64>,
}

impl From<Condition> for Guard {
    fn from(condition: Condition) -> Self {
        match condition {
            Condition::Absent(name) => Self {
                expression: "attribute_not_exists(#guard)",
                name,
                value: None,
            },
            Condition::Newer { attribute, than } => Self {
                expression: "attribute_not_exists(#guard) OR #guard < :guard",
                name: attribute,
                value: Some(than),
            },
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum InvalidWrite {
    #[error(transparent)]
    Item(#[from] serde_dynamo::Error),
    #[error(transparent)]
    Build(#[from] BuildError),
}

/// The three kinds of write take a condition in the same words, but not in the same type.
macro_rules! guarded {
    ($builder:expr, $guard:expr) => {
        match $guard {
            None => $builder,
            Some(Guard {
                expression,
                name,
                value,
            }) => {
                let builder = $builder
                    .condition_expression(expression)
                    .expression_attribute_names("#guard", name);
                match value {
                    Some(value) => {
                        builder.expression_attribute_values(":guard", AttributeValue::N(value.to_string()))
                    }
                    None => builder,
                }
            }
        }
    };
}

fn action(table: &str, action: Action, guard: Option<Guard>) -> Result<TransactWriteItem, InvalidWrite> {
    let write = TransactWriteItem::builder();
    Ok(match action {
        Action::Put(item) => {
            let put = Put::builder().table_name(table).set_item(Some(to_item(item)?));
            write.put(guarded!(put, guard).build()?)
        }
        Action::Delete(key) => {
            let delete = Delete::builder().table_name(table).set_key(Some(to_item(key)?));
            write.delete(guarded!(delete, guard).build()?)
        }
        Action::Update { key, set, add } => {
            let update = Update::builder().table_name(table).set_key(Some(to_item(key)?));
            write.update(guarded!(assign(update, set, add)?, guard).build()?)
        }
    }
    .build())
}

type UpdateBuilder = aws_sdk_dynamodb::types::builders::UpdateBuilder;

fn assign(
    mut update: UpdateBuilder,
    set: Item,
    add: Vec<(String, i64)>,
) -> Result<UpdateBuilder, InvalidWrite> {
    let (mut sets, mut adds) = (Vec::new(), Vec::new());
    for (index, (name, value)) in set.into_iter().enumerate() {
        sets.push(format!("#set{index} = :set{index}"));
        update = update
            .expression_attribute_names(format!("#set{index}"), name)
            .expression_attribute_values(format!(":set{index}"), serde_dynamo::to_attribute_value(value)?);
    }
    for (index, (name, by)) in add.into_iter().enumerate() {
        adds.push(format!("#add{index} :add{index}"));
        update = update
            .expression_attribute_names(format!("#add{index}"), name)
            .expression_attribute_values(format!(":add{index}"), AttributeValue::N(by.to_string()));
    }
    let clauses = [("SET", sets), ("ADD", adds)];
    let clauses = clauses.into_iter().filter(|(_, terms)| !terms.is_empty());
    let expression: Vec<_> = clauses
        .map(|(verb, terms)| format!("{verb} {}", terms.join(", ")))
        .collect();
    Ok(update.update_expression(expression.join(" ")))
}
