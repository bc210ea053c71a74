//! What a transport reads out of a partial batch response.

use std::collections::HashSet;

use aws_lambda_events::sqs::SqsBatchResponse;

/// The response names a message that was not in the batch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the response names {0:?}, which was not in the batch")]
pub struct UnknownMessage(pub String);

/// The messages of a batch, by id, that the response acknowledges: those that it does not name.
///
/// # Errors
/// When it names one that was not in the batch, or an empty id: then everything failed, and nothing is acknowledged
/// (AWS: Lambda with SQS, error handling).
pub fn acknowledged(
    response: &SqsBatchResponse,
    batch: impl IntoIterator<Item = String>,
) -> Result<HashSet<String>, UnknownMessage> {
    let mut done: HashSet<String> = batch.into_iter().collect();
    let all = done.clone();
    for failure in &response.batch_item_failures {
        if !all.contains(&failure.item_identifier) {
            return Err(UnknownMessage(failure.item_identifier.clone()));
        }
        done.remove(&failure.item_identifier);
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(failed: &[&str]) -> SqsBatchResponse {
        let mut response = SqsBatchResponse::default();
        response.set_failures(failed.iter().copied());
        response
    }

    fn batch() -> Vec<String> {
        vec!["a".to_owned(), "b".to_owned()]
    }

    #[test]
    fn what_the_response_does_not_name_is_acknowledged() {
        assert_eq!(acknowledged(&response(&[]), batch()).unwrap().len(), 2);
        let done = acknowledged(&response(&["a", "a"]), batch()).unwrap();
        assert_eq!(done, HashSet::from(["b".to_owned()]));
    }

    #[test]
    fn an_unknown_or_empty_id_acknowledges_nothing() {
        for unknown in ["c", ""] {
            let refused = acknowledged(&response(&["a", unknown]), batch());
            assert_eq!(refused, Err(UnknownMessage(unknown.to_owned())));
        }
    }
}
