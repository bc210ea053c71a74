//! The Lambda function `get-shipment`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::endpoint(shipping::get_shipment::function())
}
