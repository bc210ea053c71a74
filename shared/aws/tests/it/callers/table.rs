//! The table of the docs: which payload an endpoint takes by which door, as the function itself
//! decides.

use std::{env, fs, path::PathBuf};

use super::*;

/// Where the table stands in `docs/callers.md`.
const MARKS: [&str; 2] = [
    "<!-- made by shared/aws/tests/it/callers -->\n",
    "<!-- end of it -->\n",
];

#[tokio::test]
async fn the_table_of_the_docs_is_what_functions_decide() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/callers.md");
    let docs = fs::read_to_string(&file).unwrap();
    let (before, rest) = docs.split_once(MARKS[0]).expect("the table's place");
    let (written, after) = rest.split_once(MARKS[1]).expect("the table's end");
    let made = table().await;
    if env::var_os("UPDATE_DOCS").is_some() {
        let [begin, end] = MARKS;
        fs::write(&file, [before, begin, &made, end, after].concat()).unwrap();
        return;
    }
    assert_eq!(written, made, "docs/callers.md is made anew with UPDATE_DOCS=1");
}

fn payloads() -> [(&'static str, Value); 9] {
    let authorizer = "/requestContext/authorizer";
    let both = json!({
        "iam": url()["requestContext"]["authorizer"]["iam"],
        "jwt": api()["requestContext"]["authorizer"]["jwt"],
    });
    let other = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
    [
        ("a Function URL, signed", url()),
        ("a Function URL, not signed", with(url(), authorizer, Value::Null)),
        (
            "a Function URL, a user of a Cognito identity pool",
            with(
                url(),
                "/requestContext/authorizer/iam/userId",
                json!("AROAEXAMPLE:CognitoIdentityCredentials"),
            ),
        ),
        ("the HTTP API, with a token", api()),
        (
            "the HTTP API, with a token of another issuer",
            with(
                api(),
                "/requestContext/authorizer/jwt/claims/iss",
                json!("https://elsewhere.example"),
            ),
        ),
        ("the HTTP API, signed", api_by_iam()),
        ("the HTTP API, by both", with(api(), authorizer, both)),
        (
            "`Invoke`, with a copied Function URL's payload that names another caller",
            with(url(), "/requestContext/requestId", json!(other)),
        ),
        ("`Invoke`, with a copied payload of the HTTP API", api()),
    ]
}

/// A door, and what the docs call it.
fn doors() -> [(&'static str, Door); 5] {
    [
        ("`signed-url`", door(SIGNED)),
        ("`signed-url`, `named`", Door::new(SIGNED, true)),
        ("`open-url`", door(Front::Url { signed: false })),
        ("`http-api`", tokens()),
        ("`open-http-api`", door(Front::Api { issuer: None })),
    ]
}

async fn table() -> String {
    let heads: Vec<_> = doors().into_iter().map(|(name, _)| name).collect();
    let mut table = format!(
        "| what comes | {} |\n|{}\n",
        heads.join(" | "),
        " --- |".repeat(heads.len() + 1)
    );
    for (what, payload) in payloads() {
        let mut cells = Vec::new();
        for (_, door) in doors() {
            let customers = cell(asked::<false>(Some(&door), &payload).await);
            let staff = cell(asked::<true>(Some(&door), &payload).await);
            cells.push(match customers == staff {
                true => customers.to_owned(),
                false => format!("{customers}; staff: {staff}"),
            });
        }
        table += &format!("| {what} | {} |\n", cells.join(" | "));
    }
    table
}

fn cell(asked: Result<Option<String>, String>) -> &'static str {
    match asked {
        Err(_) => "refused",
        Ok(None) => "a guest",
        Ok(Some(id)) if id.starts_with("jwt:") => "the token's subject",
        Ok(Some(_)) => "the signer",
    }
}
