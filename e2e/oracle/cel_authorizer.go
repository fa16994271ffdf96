package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"k8s.io/apiserver/pkg/authorization/authorizer"
)

// authorizerRule answers the requests it fits; "" fits everything.
type authorizerRule struct {
	User, Group, Verb, APIGroup, Version, Resource, Subresource, Namespace, Name, Path string
	// Decision is allow, deny or anything else for no opinion.
	Decision, Reason, Error string
}

// ruleAuthorizer answers by the first rule that fits, without one it has no opinion.
type ruleAuthorizer []authorizerRule

func (rules ruleAuthorizer) Authorize(_ context.Context, asked authorizer.Attributes) (authorizer.Decision, string, error) {
	for _, rule := range rules {
		if rule.fits(asked) {
			var err error
			if rule.Error != "" {
				err = errors.New(rule.Error)
			}
			switch rule.Decision {
			case "allow":
				return authorizer.DecisionAllow, rule.Reason, err
			case "deny":
				return authorizer.DecisionDeny, rule.Reason, err
			case "echo": // what was asked
				return authorizer.DecisionNoOpinion, echo(asked), err
			}
			return authorizer.DecisionNoOpinion, rule.Reason, err
		}
	}
	return authorizer.DecisionNoOpinion, "", nil
}

func (r *authorizerRule) fits(asked authorizer.Attributes) bool {
	pairs := [][2]string{
		{r.User, asked.GetUser().GetName()}, {r.Verb, asked.GetVerb()}, {r.APIGroup, asked.GetAPIGroup()},
		{r.Version, asked.GetAPIVersion()}, {r.Resource, asked.GetResource()}, {r.Subresource, asked.GetSubresource()},
		{r.Namespace, asked.GetNamespace()}, {r.Name, asked.GetName()}, {r.Path, asked.GetPath()},
	}
	for _, pair := range pairs {
		if pair[0] != "" && pair[0] != pair[1] {
			return false
		}
	}
	return r.Group == "" || slices.Contains(asked.GetUser().GetGroups(), r.Group)
}

func echo(asked authorizer.Attributes) string {
	fields, fieldsErr := asked.GetFieldSelector()
	labels, labelsErr := asked.GetLabelSelector()
	return fmt.Sprintf("user=%s groups=%v verb=%s group=%s version=%s resource=%s subresource=%s namespace=%s name=%s path=%s is=%t fields=%v %v labels=%v %v",
		asked.GetUser().GetName(), asked.GetUser().GetGroups(), asked.GetVerb(), asked.GetAPIGroup(), asked.GetAPIVersion(), asked.GetResource(),
		asked.GetSubresource(), asked.GetNamespace(), asked.GetName(), asked.GetPath(), asked.IsResourceRequest(), fields, fieldsErr, labels, labelsErr)
}
