//! The door at which an endpoint's type ends: in front of it what it reads and answers, behind it a request and the text of an answer.

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use futures::future::BoxFuture;
use http::StatusCode;

use super::{Problem, Request, Serve};

/// An endpoint without its type.
pub trait Answering: Send + Sync {
    /// Answers a request.
    fn answer(&self, request: ApiGatewayV2httpRequest) -> BoxFuture<'_, Result<Answered, Problem>>;
}

/// An answer, as it is sent.
pub struct Answered {
    pub(super) status: StatusCode,
    pub(super) body: String,
}

impl<E: Serve> Answering for E {
    fn answer(&self, request: ApiGatewayV2httpRequest) -> BoxFuture<'_, Result<Answered, Problem>> {
        Box::pin(async move {
            let answer = self.serve(&Request::new(request)?).await?;
            Ok(Answered {
                status: answer.status(),
                body: answer.into_body(),
            })
        })
    }
}
