//! The Lambda function `get-shipping-quote`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::endpoint(shipping::get_shipping_quote::function())
}
