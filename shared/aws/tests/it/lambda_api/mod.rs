//! A minimal Lambda on loopback: the runtime API (AWS: Lambda, "Using the Lambda runtime API for custom runtimes") and one
//! instance of a function, which is ended with it.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    extract::{Path as PathPart, State},
    http::StatusCode,
    response::IntoResponse,
    routing::{get, post},
};
use serde_json::Value;
use tokio::{
    net::TcpListener,
    sync::{Mutex, mpsc},
    time::timeout,
};

/// Longer than any invocation of a test takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// One instance of a function, and the runtime API that it polls.
pub struct Lambda {
    address: SocketAddr,
    invocations: mpsc::UnboundedSender<String>,
    answers: mpsc::UnboundedReceiver<Result<String, String>>,
    instance: Option<Child>,
}

struct Api {
    invocations: Mutex<mpsc::UnboundedReceiver<String>>,
    answers: mpsc::UnboundedSender<Result<String, String>>,
}

impl Lambda {
    /// Serves the runtime API.
    pub async fn open() -> Self {
        let (invocations, to_invoke) = mpsc::unbounded_channel();
        let (answer, answers) = mpsc::unbounded_channel();
        let api = Api {
            invocations: Mutex::new(to_invoke),
            answers: answer,
        };
        let app = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(answered))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(failed))
            .route("/2018-06-01/runtime/init/error", post(failed))
            .with_state(Arc::new(api));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self {
            address,
            invocations,
            answers,
            instance: None,
        }
    }

    /// Starts an instance of the function with nothing in its environment but this and what Lambda sets.
    pub fn start(&mut self, bootstrap: &Path, environment: &[(&str, &str)]) {
        let instance = Command::new(bootstrap)
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", self.address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "example")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_REGION", "eu-central-1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .envs(environment.iter().copied())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        self.instance = Some(instance);
    }

    /// Invokes the function, and answers what it answers.
    pub async fn invoke(&mut self, payload: &Value) -> Value {
        self.invocations.send(payload.to_string()).unwrap();
        let answer = timeout(PATIENCE, self.answers.recv())
            .await
            .expect("the function answers");
        let answer = answer.unwrap().expect("the function does not fail as a whole");
        serde_json::from_str(&answer).unwrap()
    }
}

impl Drop for Lambda {
    fn drop(&mut self) {
        if let Some(mut instance) = self.instance.take() {
            instance.kill().unwrap();
            instance.wait().unwrap();
        }
    }
}

/// Hands over the next invocation, when there is one.
async fn next(State(api): State<Arc<Api>>) -> impl IntoResponse {
    let Some(payload) = api.invocations.lock().await.recv().await else {
        // The test is over; the instance is about to be ended.
        return std::future::pending().await;
    };
    let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + Duration::from_secs(10);
    let headers = [
        (
            "lambda-runtime-aws-request-id",
            "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned(),
        ),
        ("lambda-runtime-deadline-ms", deadline.as_millis().to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:eu-central-1:000000000000:function:example".to_owned(),
        ),
    ];
    (headers, payload)
}

async fn answered(State(api): State<Arc<Api>>, PathPart(_id): PathPart<String>, body: String) -> StatusCode {
    api.answers.send(Ok(body)).unwrap();
    StatusCode::ACCEPTED
}

async fn failed(State(api): State<Arc<Api>>, body: String) -> StatusCode {
    api.answers.send(Err(body)).unwrap();
    StatusCode::ACCEPTED
}

/// The binary of an example, which cargo builds beside the tests.
pub fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    let example = profile.join("examples").join(name);
    assert!(
        example.exists(),
        "the example is not built: cargo build --examples -p tidings-aws"
    );
    example
}
