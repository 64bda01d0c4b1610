package io.github.replicationrouting.integration.technology;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.Stack;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MYSQL_SEMI_SYNCHRONOUS")
@ExtendWith(Applications.Extension.class)
class TechnologyWithoutJpaIT extends TechnologyTests {

    TechnologyWithoutJpaIT(Stack stack, Applications applications) {
        super(stack, applications, TechnologyWithoutJpaApplication.class);
    }
}
