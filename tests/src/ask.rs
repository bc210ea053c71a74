//! Asking a deployed endpoint, as its Function URL does.

use anyhow::Context as _;
use serde_json::Value;
use tidings_core::catalogue::Endpoint;

use crate::{Stack, checkout};

impl Stack {
    /// Asks the endpoint `E` for what is at `path`, which may have a query string, as the sample invocation asks; with this `Idempotency-Key`, if
    /// any. The status and the body of the answer.
    ///
    /// # Errors
    /// When the function fails, or its answer is none.
    pub async fn ask<E: Endpoint>(
        &self,
        path: &str,
        key: Option<&str>,
        body: &Value,
    ) -> anyhow::Result<(u64, Value)> {
        let sample = checkout::read("events/invocations/place-order.json")?;
        let mut request: Value = serde_json::from_str(&sample)?;
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        request["rawPath"] = path.into();
        request["rawQueryString"] = query.into();
        request["requestContext"]["http"]["method"] = E::METHOD.into();
        request["requestContext"]["http"]["path"] = path.into();
        let headers = request["headers"]
            .as_object_mut()
            .context("the sample has headers")?;
        match key {
            Some(key) => headers.insert("idempotency-key".to_owned(), key.into()),
            None => headers.remove("idempotency-key"),
        };
        request["body"] = body.to_string().into();
        let answer = self.invoke(E::NAME, &request).await?;
        let status = answer["statusCode"]
            .as_u64()
            .with_context(|| format!("an answer without a status: {answer}"))?;
        let body = answer["body"].as_str().context("an answer without a body")?;
        Ok((status, serde_json::from_str(body)?))
    }
}
