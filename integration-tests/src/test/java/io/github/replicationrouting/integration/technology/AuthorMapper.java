package io.github.replicationrouting.integration.technology;

import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Options;
import org.apache.ibatis.annotations.Select;

@Mapper
interface AuthorMapper {

    /** Not cached, so that each call queries the server. */
    @Select("SELECT @@server_id")
    @Options(flushCache = Options.FlushCachePolicy.TRUE)
    Long servedBy();

    @Insert("INSERT INTO author (name) VALUES (#{name})")
    void insert(String name);
}
