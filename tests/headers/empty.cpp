// -include adds the content.
