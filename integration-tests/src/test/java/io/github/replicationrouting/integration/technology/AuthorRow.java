package io.github.replicationrouting.integration.technology;

import org.springframework.data.annotation.Id;
import org.springframework.data.relational.core.mapping.Table;

@Table("author")
record AuthorRow(@Id Long id, String name) {}
