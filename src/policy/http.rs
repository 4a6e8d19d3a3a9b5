//! To and from the types of the crate http.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::headers::{HeaderFault, HeaderList};

/// A value that is not UTF-8 keeps what is, with U+FFFD for the rest.
impl From<&HeaderMap> for HeaderList {
    fn from(map: &HeaderMap) -> Self {
        let headers = map.iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            (name.as_str(), value.into_owned())
        });
        headers.collect()
    }
}

impl TryFrom<&HeaderList> for HeaderMap {
    type Error = HeaderFault;

    fn try_from(list: &HeaderList) -> Result<Self, HeaderFault> {
        let mut map = Self::new();
        for (name, value) in list.iter() {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| HeaderFault::Name)?;
            let value = HeaderValue::from_str(value).map_err(|_| HeaderFault::Value)?;
            map.append(name, value);
        }
        Ok(map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_go_to_the_crate_http_and_come_back_with_all_their_values() {
        let mut list = HeaderList::new();
        list.append("set-cookie", "a=1");
        list.append("x-other", "b");
        list.append("set-cookie", "c=2");
        let map = HeaderMap::try_from(&list).unwrap();
        assert_eq!(map.get_all("set-cookie").iter().count(), 2);
        let back = HeaderList::from(&map);
        assert_eq!(
            back.get_all("Set-Cookie").collect::<Vec<_>>(),
            ["a=1", "c=2"]
        );
        let refused = HeaderMap::try_from(&HeaderList::from_iter([("a b", "c")]));
        assert_eq!(refused.unwrap_err(), HeaderFault::Name);
    }
}
