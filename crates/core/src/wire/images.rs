//! Where the pictures of a task are, in every shape that was seen.

use alloc::string::String;
use alloc::vec::Vec;

use serde_json::Value;

use super::pick;

/// A picture of a finished task.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[non_exhaustive]
pub struct Image {
    /// Where it can be downloaded, by anybody who has the link.
    pub url: String,
    /// When the link stops working, in Unix seconds: usually 24 hours after completion.
    pub expires_at: Option<u64>,
}

/// Every picture, by the one rule that covers all shapes seen (reference, section 5.3): walk the places
/// in order, flatten, drop empty strings and exact duplicates.
pub(super) fn images(task: &Value) -> Vec<Image> {
    let mut images = Vec::new();
    let result = task.get("result").unwrap_or(&Value::Null);
    match result.get("images") {
        Some(Value::Array(elements)) => elements.iter().for_each(|element| add_element(&mut images, element)),
        Some(element) => add_element(&mut images, element),
        None => {}
    }
    for place in
        [Some(result), Some(task), task.get("image_urls"), result.get("image_urls")].into_iter().flatten()
    {
        if images.is_empty() {
            add_element(&mut images, place);
        }
    }
    images
}

/// Adds what one element holds: a link, a list of links, or an object with either.
fn add_element(images: &mut Vec<Image>, element: &Value) {
    let expires_at = pick::whole(element, "expires_at");
    match element {
        Value::Object(_) => {
            let link = ["url", "image_url", "imageUrl"].iter().find_map(|name| element.get(name));
            add_links(images, link.unwrap_or(&Value::Null), expires_at);
        }
        other => add_links(images, other, expires_at),
    }
}

fn add_links(images: &mut Vec<Image>, links: &Value, expires_at: Option<u64>) {
    match links {
        Value::Array(links) => links.iter().for_each(|link| add_links(images, link, expires_at)),
        Value::String(url) => {
            let url = url.trim();
            if !url.is_empty() && images.iter().all(|image| image.url != url) {
                images.push(Image { url: String::from(url), expires_at });
            }
        }
        _ => {}
    }
}

pub(super) fn grid(task: &Value) -> Option<String> {
    let result = task.get("result").unwrap_or(&Value::Null);
    [task, result]
        .into_iter()
        .find_map(|place| pick::text(place, &["grid_image_url"]))
        .map(|url| url.trim().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn urls(task: &Value) -> Vec<String> {
        images(task).into_iter().map(|image| image.url).collect()
    }

    #[test]
    fn pictures_in_every_documented_place() {
        for task in [
            json!({"result": {"images": [{"url": ["a", "b"]}]}}),
            json!({"result": {"images": [{"url": "a"}, {"url": "b"}]}}),
            json!({"result": {"images": [{"url": ["a", "", "a"]}, {"imageUrl": "b"}]}}),
            json!({"result": {"images": ["a", " b "]}}),
            json!({"result": {"url": ["a", "b"]}}),
            json!({"result": ["a", "b"]}),
            json!({"url": ["a", "b"]}),
            json!({"image_urls": ["a", "b"]}),
        ] {
            assert_eq!(urls(&task), ["a", "b"], "{task}");
        }
        assert_eq!(urls(&json!({"result": {"image_url": "a"}})), ["a"]);
        assert_eq!(urls(&json!({"result": "a"})), ["a"]);
        for task in
            [json!({}), json!({"result": null}), json!({"result": {"images": []}}), json!({"result": 7})]
        {
            assert_eq!(urls(&task), [""; 0], "{task}");
        }
    }

    #[test]
    fn expiry_belongs_to_its_element() {
        let task = json!({"result": {"images": [{"url": ["a", "b"], "expires_at": "17"}, {"url": "c"}]}});
        let expiries: Vec<_> = images(&task).into_iter().map(|image| image.expires_at).collect();
        assert_eq!(expiries, [Some(17), Some(17), None]);
    }
}
