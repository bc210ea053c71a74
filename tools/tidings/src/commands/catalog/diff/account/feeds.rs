//! Functions, and what feeds them.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_lambda::{Client, types::FunctionResponseType};
use tidings_catalogue::drift::deployed::{Function, Mapping};

use super::last;

/// Those of the functions that are there.
pub async fn functions(lambda: &Client, names: &[String]) -> anyhow::Result<BTreeMap<String, Function>> {
    let wanted: BTreeSet<_> = names.iter().map(String::as_str).collect();
    let mut pages = lambda.list_functions().into_paginator().items().send();
    let mut found = BTreeMap::new();
    while let Some(function) = pages.next().await {
        let function = function?;
        let Some(name) = function
            .function_name
            .filter(|name| wanted.contains(name.as_str()))
        else {
            continue;
        };
        let number = |value: Option<i32>| value.and_then(|value| value.try_into().ok());
        let described = Function {
            timeout_seconds: number(function.timeout),
            memory_mb: number(function.memory_size),
        };
        found.insert(name, described);
    }
    Ok(found)
}

/// What feeds these functions.
pub async fn mappings(lambda: &Client, names: &[String]) -> anyhow::Result<Vec<Mapping>> {
    let wanted: BTreeSet<_> = names.iter().map(String::as_str).collect();
    let mut pages = lambda
        .list_event_source_mappings()
        .into_paginator()
        .items()
        .send();
    let mut found = Vec::new();
    while let Some(mapping) = pages.next().await {
        let mapping = mapping?;
        let function = mapping
            .function_arn
            .as_deref()
            .map(function_of)
            .unwrap_or_default();
        if !wanted.contains(function) {
            continue;
        }
        let scaling = mapping
            .scaling_config
            .and_then(|scaling| scaling.maximum_concurrency);
        let number = |value: Option<i32>| value.and_then(|value| value.try_into().ok());
        let answers = mapping.function_response_types.unwrap_or_default();
        found.push(Mapping {
            function: function.to_owned(),
            source: mapping
                .event_source_arn
                .as_deref()
                .map(source_of)
                .unwrap_or_default()
                .to_owned(),
            // While it is being made or changed it is on its way there.
            enabled: !mapping.state.as_deref().unwrap_or_default().starts_with("Disabl"),
            batch_size: number(mapping.batch_size),
            maximum_concurrency: number(scaling),
            maximum_retry_attempts: mapping.maximum_retry_attempts.map(i64::from),
            partial: answers.contains(&FunctionResponseType::ReportBatchItemFailures),
        });
    }
    Ok(found)
}

/// The function's name: in an ARN it can be followed by a version or an alias.
fn function_of(arn: &str) -> &str {
    arn.split(':').nth(6).unwrap_or(arn)
}

/// The queue's name, or that of the table whose stream it is.
fn source_of(arn: &str) -> &str {
    match arn.split_once(":table/") {
        Some((_, rest)) => rest.split('/').next().unwrap_or(rest),
        None => last(arn),
    }
}
