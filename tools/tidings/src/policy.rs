//! IAM policies that are to be given by whoever deploys, made of the catalogue.

use serde_json::{Value, json};
use tidings_core::catalogue::{Callers, Catalogue};

/// Where a system is deployed.
pub struct Place<'a> {
    /// `aws`, `aws-cn`, …
    pub partition: &'a str,
    /// The account's twelve digits.
    pub account: &'a str,
    /// The region's name.
    pub region: &'a str,
    /// What comes before every name.
    pub stage: Option<&'a str>,
}

/// The policy of who may call endpoints by their Function URLs, and by nothing else: those for these callers, or of them those with these names.
///
/// Lambda asks for both actions (AWS: Lambda developer guide, access to function URLs). The second alone would also let its holder call `Invoke`, with a request that
/// names any caller as the one that IAM has found; `lambda:InvokedViaFunctionUrl` is what it takes to let it through the URL alone.
///
/// # Errors
/// A name that no such endpoint has; with what there is.
pub fn caller(
    catalogue: &Catalogue,
    callers: Callers,
    names: &[String],
    place: &Place<'_>,
) -> Result<Value, String> {
    let callers = serde_json::to_value(callers).map_err(|error| error.to_string())?;
    let endpoints = catalogue.publishers.iter().chain(&catalogue.queries);
    let theirs = endpoints.filter(|endpoint| endpoint["callers"] == callers);
    let theirs: Vec<&str> = theirs.filter_map(|endpoint| endpoint["name"].as_str()).collect();
    if let Some(unknown) = names.iter().find(|name| !theirs.contains(&name.as_str())) {
        let who = callers.as_str().unwrap_or_default();
        return Err(format!(
            "{unknown}: no endpoint for {who}; there are {}",
            theirs.join(", ")
        ));
    }
    let chosen = theirs
        .iter()
        .filter(|name| names.is_empty() || names.iter().any(|one| one == *name));
    let functions: Vec<String> = chosen.map(|name| place.function(name)).collect();
    Ok(json!({
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "CallTheUrl",
                "Effect": "Allow",
                "Action": "lambda:InvokeFunctionUrl",
                "Resource": functions,
                "Condition": { "StringEquals": { "lambda:FunctionUrlAuthType": "AWS_IAM" } }
            },
            {
                "Sid": "RunTheFunctionThroughItsUrl",
                "Effect": "Allow",
                "Action": "lambda:InvokeFunction",
                "Resource": functions,
                "Condition": { "Bool": { "lambda:InvokedViaFunctionUrl": "true" } }
            }
        ]
    }))
}

impl Place<'_> {
    fn function(&self, name: &str) -> String {
        let Self {
            partition,
            account,
            region,
            stage,
        } = self;
        let prefix = stage.map(|stage| format!("{stage}-")).unwrap_or_default();
        format!("arn:{partition}:lambda:{region}:{account}:function:{prefix}{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::storefront;

    const PLACE: Place<'_> = Place {
        partition: "aws",
        account: "123456789012",
        region: "eu-west-1",
        stage: None,
    };

    fn functions(callers: Callers, names: &[&str], place: &Place<'_>) -> Result<Vec<String>, String> {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let policy = caller(&storefront().catalogue(), callers, &names, place)?;
        let statements = policy["Statement"].as_array().unwrap();
        assert_eq!(statements.len(), 2);
        assert_eq!(statements[0]["Resource"], statements[1]["Resource"]);
        let resources = statements[0]["Resource"].as_array().unwrap();
        Ok(resources
            .iter()
            .map(|arn| arn.as_str().unwrap().to_owned())
            .collect())
    }

    #[test]
    fn no_one_may_run_a_function_past_its_url() {
        let policy = caller(&storefront().catalogue(), Callers::Customers, &[], &PLACE).unwrap();
        let invoke = &policy["Statement"][1];
        assert_eq!(invoke["Action"], "lambda:InvokeFunction");
        assert_eq!(
            invoke["Condition"],
            json!({ "Bool": { "lambda:InvokedViaFunctionUrl": "true" } })
        );
    }

    #[test]
    fn what_moves_money_out_of_nothing_is_for_staff() {
        let of = |name: &str| format!("arn:aws:lambda:eu-west-1:123456789012:function:{name}");
        let staff = functions(Callers::Staff, &[], &PLACE).unwrap();
        assert_eq!(staff, ["receive-stock", "change-order-status", "deposit"].map(of));
        let customers = functions(Callers::Customers, &[], &PLACE).unwrap();
        assert!(customers.contains(&of("withdraw")) && !customers.iter().any(|arn| staff.contains(arn)));
    }

    #[test]
    fn some_can_be_chosen_by_name_and_a_stage_comes_before_it() {
        let place = Place {
            stage: Some("dev"),
            ..PLACE
        };
        let chosen = functions(Callers::Customers, &["get-order"], &place).unwrap();
        assert_eq!(
            chosen,
            ["arn:aws:lambda:eu-west-1:123456789012:function:dev-get-order"]
        );
        let refused = functions(Callers::Customers, &["deposit"], &place).unwrap_err();
        assert!(
            refused.starts_with("deposit: no endpoint for customers; there are place-order, "),
            "{refused}"
        );
    }
}
