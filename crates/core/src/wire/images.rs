//! Where the pictures of a task are, in every shape that was seen.

use alloc::collections::BTreeSet;
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

impl Image {
    /// A picture at this link.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), expires_at: None }
    }
}

/// No task has more pictures than this; a longer list is a fault, and would only cost time.
pub(super) const MOST: usize = 1_000;

/// Every picture, by the one rule that covers all shapes seen (reference, section 5.3): walk the places
/// in order, flatten, drop whatever is no link and exact duplicates.
pub(super) fn images(task: &Value) -> Vec<Image> {
    let mut found = Found::default();
    let result = task.get("result").unwrap_or(&Value::Null);
    match result.get("images") {
        Some(Value::Array(elements)) => elements.iter().for_each(|element| found.add_element(element)),
        Some(element) => found.add_element(element),
        None => {}
    }
    for place in
        [Some(result), Some(task), task.get("image_urls"), result.get("image_urls")].into_iter().flatten()
    {
        if found.images.is_empty() {
            found.add_element(place);
        }
    }
    found.images
}

#[derive(Default)]
struct Found<'a> {
    images: Vec<Image>,
    seen: BTreeSet<&'a str>,
}

impl<'a> Found<'a> {
    /// Adds what one element holds: a link, a list of links, or an object with either.
    fn add_element(&mut self, element: &'a Value) {
        let expires_at = pick::whole(element, "expires_at");
        match element {
            Value::Object(_) => {
                let link = ["url", "image_url", "imageUrl"].iter().find_map(|name| element.get(name));
                self.add_links(link.unwrap_or(&Value::Null), expires_at);
            }
            other => self.add_links(other, expires_at),
        }
    }

    fn add_links(&mut self, links: &'a Value, expires_at: Option<u64>) {
        match links {
            Value::Array(links) => links.iter().for_each(|link| self.add_links(link, expires_at)),
            Value::String(text) => {
                if let Some(url) = link(text)
                    && self.images.len() < MOST
                    && self.seen.insert(text.trim())
                {
                    self.images.push(Image { url, expires_at });
                }
            }
            _ => {}
        }
    }
}

/// A link to a picture, which is one over http or https.
pub(super) fn link(text: &str) -> Option<String> {
    let text = text.trim();
    let (scheme, _) = text.split_once("://")?;
    ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)).then(|| String::from(text))
}

pub(super) fn grid(task: &Value) -> Option<String> {
    let result = task.get("result").unwrap_or(&Value::Null);
    [task, result].into_iter().find_map(|place| pick::text(place, &["grid_image_url"])).and_then(link)
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
        let (a, b) = ("https://h/a", "http://h/b");
        let padded = " http://h/b ";
        for task in [
            json!({"result": {"images": [{"url": [a, b]}]}}),
            json!({"result": {"images": [{"url": a}, {"url": b}]}}),
            json!({"result": {"images": [{"url": [a, "", a]}, {"imageUrl": b}]}}),
            json!({"result": {"images": [a, padded]}}),
            json!({"result": {"url": [a, b]}}),
            json!({"result": [a, b]}),
            json!({"url": [a, b]}),
            json!({"image_urls": [a, b]}),
        ] {
            assert_eq!(urls(&task), [a, b], "{task}");
        }
        assert_eq!(urls(&json!({"result": {"image_url": a}})), [a]);
        assert_eq!(urls(&json!({"result": a})), [a]);
        for task in
            [json!({}), json!({"result": null}), json!({"result": {"images": []}}), json!({"result": 7})]
        {
            assert_eq!(urls(&task), [""; 0], "{task}");
        }
    }

    #[test]
    fn only_http_and_https_are_links() {
        let links = [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "data:image/png;base64,AA",
            "h/0.png",
            "HTTPS://h/0",
        ];
        assert_eq!(urls(&json!({ "result": links })), ["HTTPS://h/0"]);
        assert_eq!(grid(&json!({"grid_image_url": "javascript:alert(1)"})), None);
    }

    #[test]
    fn a_flood_of_links_is_cut_short() {
        let links: Vec<String> = (0..80_000).map(|number| alloc::format!("https://h/{number}")).collect();
        assert_eq!(urls(&json!({ "result": links })).len(), MOST);
    }

    #[test]
    fn expiry_belongs_to_its_element() {
        let task = json!({"result": {"images": [
            {"url": ["https://h/a", "https://h/b"], "expires_at": "17"},
            {"url": "https://h/c"},
        ]}});
        let expiries: Vec<_> = images(&task).into_iter().map(|image| image.expires_at).collect();
        assert_eq!(expiries, [Some(17), Some(17), None]);
    }
}
