package customresource

import (
	"slices"

	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/kube-openapi/pkg/validation/spec"
)

// objectMeta is the name of the schema of every object's metadata.
const objectMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"

// OpenAPI returns the schema of the version's objects with what every object has. References begin with ref; form may
// change the schema that the user gave before; old leaves out what v2 documents cannot say.
func (v *Version) OpenAPI(ref string, form func(*schema.Structural) *schema.Structural, old bool) *spec.Schema {
	if v.schema == nil {
		return &spec.Schema{SchemaProps: spec.SchemaProps{Type: []string{"object"}}}
	}
	out := form(v.schema.Unfold()).ToKubeOpenAPI()
	TypeMeta(out)
	out.SetProperty("metadata", *spec.RefSchema(ref + objectMeta).WithDescription(metav1.PartialObjectMetadata{}.SwaggerDoc()["metadata"]))
	embedded(out, ref, old)
	return out
}

// TypeMeta adds the fields that say of which kind an object is.
func TypeMeta(s *spec.Schema) {
	docs := metav1.TypeMeta{}.SwaggerDoc()
	s.SetProperty("apiVersion", *spec.StringProperty().WithDescription(docs["apiVersion"]))
	s.SetProperty("kind", *spec.StringProperty().WithDescription(docs["kind"]))
}

// embedded adds what every object has to the schemas of objects within objects.
func embedded(s *spec.Schema, ref string, old bool) {
	if s == nil {
		return
	}
	for name, p := range s.Properties { // any order
		embedded(&p, ref, old)
		s.Properties[name] = p
	}
	if s.Items != nil {
		embedded(s.Items.Schema, ref, old)
	}
	if s.AdditionalProperties != nil {
		embedded(s.AdditionalProperties.Schema, ref, old)
	}
	keeps, _ := s.Extensions.GetBool("x-kubernetes-preserve-unknown-fields")
	if is, _ := s.Extensions.GetBool("x-kubernetes-embedded-resource"); !is || keeps && old {
		return
	}
	const more = " More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#"
	s.SetProperty("apiVersion", *spec.StringProperty().WithDescription(
		"apiVersion defines the versioned schema of this representation of an object." + more + "resources"))
	s.SetProperty("kind", *spec.StringProperty().WithDescription(
		"kind is a string value representing the type of this object. In CamelCase." + more + "types-kinds"))
	s.SetProperty("metadata", *spec.RefSchema(ref + objectMeta).WithDescription(metav1.PartialObjectMetadata{}.SwaggerDoc()["metadata"]))
	for _, name := range []string{"kind", "apiVersion"} {
		if !slices.Contains(s.Required, name) {
			s.Required = append(s.Required, name)
		}
	}
}
