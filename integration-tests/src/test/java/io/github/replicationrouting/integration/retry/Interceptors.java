package io.github.replicationrouting.integration.retry;

import org.springframework.aop.Advisor;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.annotation.AnnotationMatchingPointcut;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.transaction.annotation.EnableTransactionManagement;

/** An application with an interceptor of its own inside its transactions. */
@Configuration(proxyBeanMethods = false)
@EnableTransactionManagement(order = 100, proxyTargetClass = true)
class Interceptors {

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static InnerInterceptor innerInterceptor() {
        return new InnerInterceptor();
    }

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static Advisor innerAdvisor(InnerInterceptor innerInterceptor) {
        DefaultPointcutAdvisor advisor =
                new DefaultPointcutAdvisor(new AnnotationMatchingPointcut(null, Intercepted.class), innerInterceptor);
        advisor.setOrder(200);
        return advisor;
    }
}
