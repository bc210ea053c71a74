//! Parameters of a request: those of its path, and those of its query string.

use percent_encoding::percent_decode_str;
use tidings_core::catalogue::Endpoint;

use super::{FieldError, LONGEST_ID, Problem, Request, request::absent, text::fits};

impl<E: Endpoint> Request<E> {
    /// The parameter of the path that the endpoint calls `name` (`/orders/{id}`).
    ///
    /// # Errors
    /// When the request's path has another shape: 404. When the parameter is longer than anything is called: 400, which names it.
    pub fn path_parameter(&self, name: &str) -> Result<String, Problem> {
        let path = self.event.raw_path.as_deref().unwrap_or_default();
        let nothing = || Problem::not_found(format!("there is nothing at {path}; the path is {}", E::PATH));
        let value = matched(E::PATH, path, name).ok_or_else(nothing)?;
        let text = percent_decode_str(value).decode_utf8().map_err(|_| nothing())?;
        if !fits(&text, LONGEST_ID) {
            let detail = format!("must be of {LONGEST_ID} characters at most");
            return Err(Problem::parameter(FieldError::parameter(name, detail)));
        }
        Ok(text.into_owned())
    }

    /// Reads the query string, as the endpoint declares it. A parameter that the type does not know is passed over.
    ///
    /// # Errors
    /// A parameter that the type needs is missing, or one has a value that it does not take (also none: `?limit=`): 400, which names it.
    pub fn query(&self) -> Result<E::Query, Problem> {
        let text = self.event.raw_query_string.as_deref().unwrap_or_default();
        let parameters = serde_urlencoded::Deserializer::new(form_urlencoded::parse(text.as_bytes()));
        serde_path_to_error::deserialize(parameters).map_err(|error| {
            let path = error.path().to_string();
            let detail = error.into_inner().to_string();
            // The path leads to what it is missing from: the query string as a whole.
            let name = absent(&detail).map_or(path, ToOwned::to_owned);
            Problem::parameter(FieldError::parameter(name, detail))
        })
    }
}

/// What stands in `path` where the template has `{name}`.
fn matched<'a>(template: &str, path: &'a str, name: &str) -> Option<&'a str> {
    let (mut templates, mut segments) = (template.split('/'), path.split('/'));
    let mut value = None;
    loop {
        match (templates.next(), segments.next()) {
            (None, None) => return value,
            (Some(template), Some(segment)) => {
                match template.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
                    Some(_) if segment.is_empty() => return None,
                    Some(parameter) if parameter == name => value = Some(segment),
                    Some(_) => {}
                    None if template == segment => {}
                    None => return None,
                }
            }
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
    use schemars::JsonSchema;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug)]
    struct GetLine;

    impl Endpoint for GetLine {
        const NAME: &'static str = "get-line";
        const SERVICE: &'static str = "orders";
        const SUMMARY: &'static str = "A line of an order.";
        const METHOD: &'static str = "GET";
        const PATH: &'static str = "/orders/{id}/lines/{line}";
        type Body = ();
        type Query = Page;
        type Answer = ();
    }

    fn request(path: &str, query: &str) -> Request<GetLine> {
        let mut event = ApiGatewayV2httpRequest::default();
        event.raw_path = Some(path.to_owned());
        event.raw_query_string = Some(query.to_owned());
        Request::new(event).unwrap()
    }

    #[test]
    fn parameters_of_the_path_are_found_by_their_place_and_decoded() {
        let request = request("/orders/a%2Fb/lines/7", "");
        assert_eq!(request.path_parameter("id").unwrap(), "a/b");
        assert_eq!(request.path_parameter("line").unwrap(), "7");
    }

    #[test]
    fn a_path_of_another_shape_leads_nowhere() {
        for path in [
            "/",
            "/orders/a",
            "/orders//lines/7",
            "/orders/a/lines/7/8",
            "/orders/%ff/lines/7",
        ] {
            let problem = request(path, "").path_parameter("id").unwrap_err();
            assert_eq!(problem.status(), 404, "{path}");
        }
    }

    #[test]
    fn a_parameter_of_the_path_that_is_longer_than_a_key_takes_is_named() {
        let longest = "é".repeat(LONGEST_ID);
        let path = |id: &str| format!("/orders/{id}/lines/7");
        assert_eq!(
            request(&path(&longest), "").path_parameter("id").unwrap(),
            longest
        );
        let problem = request(&path(&format!("{longest}éé")), "")
            .path_parameter("id")
            .unwrap_err();
        let [error] = problem.errors() else {
            panic!("one error: {problem:?}")
        };
        assert_eq!(
            (problem.status().as_u16(), error.parameter.as_deref()),
            (400, Some("id"))
        );
    }

    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    struct Page {
        limit: Option<u8>,
        after: Option<String>,
    }

    #[test]
    fn the_query_string_is_read_by_type_and_a_wrong_parameter_is_named() {
        let page = request("/", "limit=50&after=a%20b&other=1").query().unwrap();
        assert_eq!((page.limit, page.after.as_deref()), (Some(50), Some("a b")));
        let page = request("/", "").query().unwrap();
        assert_eq!((page.limit, page.after), (None, None));
        for wrong in ["limit=", "limit=many", "limit=-1", "limit=256", "limit=1&limit=2"] {
            let problem = request("/", wrong).query().unwrap_err();
            let [error] = problem.errors() else {
                panic!("one error: {problem:?}")
            };
            assert_eq!(
                (problem.status().as_u16(), error.parameter.as_deref()),
                (400, Some("limit")),
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_parameter_that_is_missing_is_named() {
        #[derive(Debug)]
        struct Weigh;

        #[derive(Debug, Deserialize, JsonSchema)]
        struct Parcel {
            #[serde(rename = "country")]
            _country: String,
        }

        impl Endpoint for Weigh {
            const NAME: &'static str = "weigh";
            const SERVICE: &'static str = "shipping";
            const SUMMARY: &'static str = "Weighs.";
            const METHOD: &'static str = "GET";
            const PATH: &'static str = "/weights";
            type Body = ();
            type Query = Parcel;
            type Answer = ();
        }

        let request = Request::<Weigh>::new(ApiGatewayV2httpRequest::default()).unwrap();
        let problem = request.query().unwrap_err();
        let [error] = problem.errors() else {
            panic!("one error: {problem:?}")
        };
        assert_eq!(error.parameter.as_deref(), Some("country"));
        assert_eq!(problem.status(), 400);
    }
}
